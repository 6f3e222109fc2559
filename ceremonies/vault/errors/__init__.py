"""What can go wrong between us and a Vault cluster, as a person at 3 a.m. needs to read it.

    VaultError
    ├── NotReachable             nothing was sent
    ├── NodeNotListed            nothing was sent: this address is not one of the cluster's nodes
    ├── TokenUnusable            nothing was sent: the configured token cannot stand in a header
    ├── RedirectRefused          a node pointed to an address that is not listed; not followed
    ├── TruthUnknown             it was sent, and Vault must be asked what came of it
    │   ├── NoReply              the reply was lost
    │   └── UnexpectedReply      a reply that is not Vault's, or in words that we do not know
    ├── Sealed, Uninitialised, NoActiveNode                       the cluster cannot work now
    ├── PermissionDenied, PathDisabled, PathUnsupported, WrongScheme          not like this
    │   ├── RightMissing, OperationTokenDenied        (of PermissionDenied) whose token it was
    │   ├── LoginMissing, LoginRefused                (of PermissionDenied) the bot's own login
    │   └── NoLoginHere                               (of PathDisabled) it is not even tried
    ├── NoAttempt, AttemptAlreadyOpen, OtherStrategy, WrongNonce    which attempt is running
    ├── ShareRefused             the share was not counted; those before it stay
    │   ├── KeyNotSpecified, RequestNotUnderstood, KeyNotHexOrBase64
    │   └── KeyTooShort, KeyTooLong, AlreadyProvided
    ├── RoundThrownAway          progress is 0 again; nonce and OTP go on
    │   ├── SharesOfDifferentLength, DuplicatePart
    │   └── ShareNotOfThisCluster, RecoveryKeyMismatch
    ├── StillCatchingUp, NotASecondary, NotAPrimary, TokenNotProvided, KeysChanged
    ├── RoleMissing, RoleUnfit                           from which tokens are minted
    ├── SecondaryIdTaken, ActivationRefused, ActivationUnfit        how a secondary joins
    └── SnapshotIncomplete, SnapshotNotKept                         no file was left

Which text of Vault is which error stands in `refusals.py`.
"""

from __future__ import annotations

from ceremonies.vault.errors.attempts import (
    AlreadyProvided,
    AttemptAlreadyOpen,
    DuplicatePart,
    KeyNotHexOrBase64,
    KeyNotSpecified,
    KeyTooLong,
    KeyTooShort,
    NoAttempt,
    OtherStrategy,
    RecoveryKeyMismatch,
    RequestNotUnderstood,
    RoundThrownAway,
    ShareNotOfThisCluster,
    ShareRefused,
    SharesOfDifferentLength,
    WrongNonce,
)
from ceremonies.vault.errors.cluster import (
    NoActiveNode,
    NotASecondary,
    PathDisabled,
    PathUnsupported,
    PermissionDenied,
    Sealed,
    StillCatchingUp,
    TokenNotProvided,
    Uninitialised,
    WrongScheme,
)
from ceremonies.vault.errors.operations import (
    ActivationRefused,
    ActivationUnfit,
    KeysChanged,
    LoginMissing,
    LoginRefused,
    NoLoginHere,
    NotAPrimary,
    OperationTokenDenied,
    RightMissing,
    RoleMissing,
    RoleUnfit,
    SecondaryIdTaken,
    SnapshotIncomplete,
    SnapshotNotKept,
)
from ceremonies.vault.errors.way import (
    Fault,
    NodeNotListed,
    NoReply,
    NotReachable,
    RedirectRefused,
    TokenUnusable,
    TruthUnknown,
    UnexpectedReply,
    VaultError,
)

__all__ = [
    "ActivationRefused",
    "ActivationUnfit",
    "AlreadyProvided",
    "AttemptAlreadyOpen",
    "DuplicatePart",
    "Fault",
    "KeyNotHexOrBase64",
    "KeyNotSpecified",
    "KeyTooLong",
    "KeyTooShort",
    "KeysChanged",
    "LoginMissing",
    "LoginRefused",
    "NoActiveNode",
    "NoAttempt",
    "NoLoginHere",
    "NoReply",
    "NodeNotListed",
    "NotAPrimary",
    "NotASecondary",
    "NotReachable",
    "OperationTokenDenied",
    "OtherStrategy",
    "PathDisabled",
    "PathUnsupported",
    "PermissionDenied",
    "RecoveryKeyMismatch",
    "RedirectRefused",
    "RequestNotUnderstood",
    "RightMissing",
    "RoleMissing",
    "RoleUnfit",
    "RoundThrownAway",
    "Sealed",
    "SecondaryIdTaken",
    "ShareNotOfThisCluster",
    "ShareRefused",
    "SharesOfDifferentLength",
    "SnapshotIncomplete",
    "SnapshotNotKept",
    "StillCatchingUp",
    "TokenNotProvided",
    "TokenUnusable",
    "TruthUnknown",
    "UnexpectedReply",
    "Uninitialised",
    "VaultError",
    "WrongNonce",
    "WrongScheme",
]
