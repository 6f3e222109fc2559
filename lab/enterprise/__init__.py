"""Vault Enterprise's DR endpoints, played by a server in front of each real OpenBao node."""

from lab.enterprise.cluster import LabCluster
from lab.enterprise.faults import (
    Answer,
    CutAfter,
    CutBefore,
    Delay,
    Fault,
    Hang,
    KillAfter,
    KillBefore,
)
from lab.enterprise.furnish import BotLogin
from lab.enterprise.licensed import practice_range
from lab.enterprise.range import ReplicationRange
from lab.enterprise.record import Record, Seen
from lab.enterprise.replicate import ReplicationHeld
from lab.enterprise.sayings import Said, Sayings
from lab.enterprise.state import AfterPromotion, Behaviour, Role, VaultLine

__all__ = [
    "AfterPromotion",
    "Answer",
    "Behaviour",
    "BotLogin",
    "CutAfter",
    "CutBefore",
    "Delay",
    "Fault",
    "Hang",
    "KillAfter",
    "KillBefore",
    "LabCluster",
    "Record",
    "ReplicationHeld",
    "ReplicationRange",
    "Role",
    "Said",
    "Sayings",
    "Seen",
    "VaultLine",
    "practice_range",
]
