"""The bot's own login on a cluster that is primary, or takes no part in replication.

On a DR secondary no login works and no token with a lease validates (facts/vault 4), so
there it is never tried. The token is held in memory and nowhere else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ceremonies.topology import AppRole, Auth, Kubernetes, TokenFile
from ceremonies.vault import accounts, errors, readings, views
from ceremonies.vault.readings import Granted
from ceremonies.vault.wire import Question, Wire

_STATUS = Question(method="GET", path="sys/replication/dr/status")
_SERVES = frozenset({views.Mode.PRIMARY, views.Mode.DISABLED})
_LINE = re.compile(r"[!-~]+")
_MARGIN_S = 60.0  # a token that ends sooner may end in the middle of what it is for
_REFUSING = frozenset({400, 403, 404, 405})  # in words that each auth method has of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A token, and when (monotonic) it ends."""

    token: str = field(repr=False)
    renewable: bool
    ends: float


class Login:
    """Logs in on one cluster as `auth` says, anew where a token was denied or is about to end."""

    def __init__(self, wire: Wire, auth: Auth | None) -> None:
        self._wire = wire
        self._auth = auth
        self._held: _Held | None = None

    def token(self, node: str) -> str:
        """Return a token that works at `node` now; 10 s at most.

        Raises LoginMissing, LoginRefused (both PermissionDenied: people do it by hand), NoLoginHere
        on a DR secondary, and what keeps the node from answering.
        """
        if self._auth is None:
            raise errors.LoginMissing(node=node)
        ends = self._wire.deadline()
        self._expect_serving(node, ends=ends)
        if isinstance(self._auth, TokenFile):
            return _read(self._auth.token_file, node=node, key="token_file")
        held = self._held
        if held is not None and self._is_good(held, node, ends=ends):
            return held.token
        self._held = None
        if held is not None and held.renewable:
            self._held = self._renewed(held, node, ends=ends)
        if self._held is None:
            self._held = self._logged_in(self._auth, node, ends=ends)
        return self._held.token

    def _expect_serving(self, node: str, *, ends: float) -> None:
        """Raise NoLoginHere unless the node says that its cluster is one that serves logins."""
        try:
            status = self._wire.told(node, _STATUS, accounts.dr_status, ends=ends)
        except errors.PathUnsupported:
            return  # an edition without replication
        if status.mode not in _SERVES:
            raise errors.NoLoginHere(node=node)

    def _is_good(self, held: _Held, node: str, *, ends: float) -> bool:
        """Whether it lasts, and Vault still knows it: a change of roles may have ended it."""
        if time.monotonic() + _MARGIN_S >= held.ends:
            return False
        question = self._question("GET", "auth/token/lookup-self", token=held.token)
        try:
            self._wire.ask(node, question, ends=ends).check()
        except errors.PermissionDenied:
            return False
        return True

    def _renewed(self, held: _Held, node: str, *, ends: float) -> _Held | None:
        """Return the token with a new lease; None where Vault gives none that lasts."""
        question = self._question("POST", "auth/token/renew-self", body={}, token=held.token)
        try:
            again = _held(self._wire.told(node, question, readings.granted, ends=ends))
        except (errors.PermissionDenied, errors.TruthUnknown):
            return None
        return again if time.monotonic() + _MARGIN_S < again.ends else None

    def _logged_in(self, auth: AppRole | Kubernetes, node: str, *, ends: float) -> _Held:
        path = f"auth/{auth.mount.strip('/')}/login"
        question = self._question("POST", path, body=_credentials(auth, node=node))
        problem: errors.VaultError
        try:
            return _held(self._wire.told(node, question, readings.granted, ends=ends))
        except (errors.PermissionDenied, errors.PathUnsupported):
            problem = errors.LoginRefused(node=node)
        except errors.UnexpectedReply as unexpected:
            refused = unexpected.status in _REFUSING
            problem = errors.LoginRefused(node=node) if refused else unexpected
        raise problem

    def _question(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Question:
        namespace = "" if isinstance(self._auth, TokenFile | None) else self._auth.namespace
        return Question(method=method, path=path, body=body, token=token, namespace=namespace)


def _held(granted: Granted) -> _Held:
    """Return the token with its end; a lease of 0 is one for ever."""
    lasts = float(granted.seconds) if granted.seconds else float("inf")
    return _Held(
        token=granted.token,
        renewable=granted.renewable,
        ends=time.monotonic() + lasts,
    )


def _credentials(auth: AppRole | Kubernetes, *, node: str) -> dict[str, str]:
    match auth:
        case AppRole():
            secret = _read(auth.secret_id_file, node=node, key="secret_id_file")
            return {"role_id": auth.role_id, "secret_id": secret}
        case Kubernetes():
            return {"role": auth.role, "jwt": _read(auth.jwt_file, node=node, key="jwt_file")}


def _read(path: Path, *, node: str, key: str) -> str:
    """Return the one line in a file. Raises LoginMissing, which tells the key and no more."""
    try:
        line = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        line = ""
    if _LINE.fullmatch(line):
        return line
    words = f"The file that {key} of `auth` names holds no secret in one line, or is not there."
    raise errors.LoginMissing(node=node, words=words)
