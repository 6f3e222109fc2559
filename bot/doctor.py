"""`conclave doctor`: checks everything that can be checked, each with its mend. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot import settings
from bot.installation import check_installation
from bot.settings import Configuration, Settings
from bot.slack_clients import slack_clients
from ceremonies import lint, store
from ceremonies.errors import ConclaveError, Misconfigured, VaultError
from ceremonies.rota.rules import ShiftRules
from ceremonies.rota.schedule import occurrences
from ceremonies.topology import Cluster, ReplicationSet
from ceremonies.vault import ClusterClient, ClusterView, Mode

_SLACK_S = 10.0
_WEEK_MS = 7 * 24 * 3_600_000


class Mark(StrEnum):
    """How a check went."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "mend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check: what was looked at, how it is, and what to do where it is not well."""

    mark: Mark
    what: str
    words: str = ""
    mend: str = ""

    def __str__(self) -> str:
        """Return it as it is printed."""
        told = f"{self.mark:<8}{self.what}"
        told += f": {self.words}" if self.words else ""
        return f"{told}\n        {self.mend}" if self.mend else told


def examined(variables: Mapping[str, str], *, now: int) -> Iterator[Line]:
    """Yield a line for each check, of everything that serving needs; `now` in ms."""
    try:
        told = settings.load(variables)
    except Misconfigured as problem:
        yield _bad("settings", problem)
        return
    yield Line(mark=Mark.GOOD, what="settings", words=f"{told.file}, keys and tokens")
    for warning in told.warnings:
        yield Line(mark=Mark.WARNING, what="settings", words=warning)
    yield _redis(told)
    yield _slack(told)
    for name in told.sets:
        yield from probed(told, name, now=now)


def probed(configuration: Configuration, name: str, *, now: int) -> Iterator[Line]:
    """Yield what the clusters of one set say; reads only, so that a live pair may be asked."""
    served = configuration.sets.get(name)
    if served is None:
        raise Misconfigured(
            f"{name}: no such replication set",
            advice=f"Name one of {', '.join(configuration.sets)}.",
        )
    primaries = []
    for cluster in served.clusters:
        client = ClusterClient(cluster)
        view = client.look(now / 1000)
        yield _cluster(served, cluster, view)
        if view.mode is Mode.PRIMARY:
            primaries.append(client)
    if len(primaries) != 1:
        words = f"{len(primaries)} clusters answer as primary"
        yield Line(mark=Mark.BAD, what=name, words=words, mend="There has to be one.")
        return
    yield from _login(served, primaries[0], now=now)


def _redis(told: Settings) -> Line:
    try:
        store.check(store.connect(told.secrets.redis_url))
    except ConclaveError as problem:
        return _bad("Redis", problem)
    return Line(mark=Mark.GOOD, what="Redis", words="it answers, persists and does not evict")


def _slack(told: Settings) -> Line:
    clients = slack_clients(token=told.secrets.bot_token, base_url=told.slack_api_url)
    try:
        check_installation(clients.reading, workspace=told.slack.workspace, seconds=_SLACK_S)
    except ConclaveError as problem:
        return _bad("Slack", problem)
    return Line(mark=Mark.GOOD, what="Slack", words="token, workspace and scopes")


def _cluster(served: ReplicationSet, cluster: Cluster, view: ClusterView) -> Line:
    what = f"{served.name}/{cluster.name}"
    silent = [node.address for node in view.nodes if node.mode is Mode.UNKNOWN]
    if view.mode is Mode.UNKNOWN or len(silent) == len(view.nodes):
        mend = "Look whether its nodes run, and whether this host reaches them."
        return Line(mark=Mark.BAD, what=what, words="no node tells its role", mend=mend)
    if silent:
        words = f"{view.mode}; silent: {', '.join(silent)}"
        return Line(mark=Mark.WARNING, what=what, words=words, mend="Look at those nodes.")
    return Line(mark=Mark.GOOD, what=what, words=f"{view.mode}, {len(view.nodes)} nodes answer")


def _login(served: ReplicationSet, client: ClusterClient, *, now: int) -> Iterator[Line]:
    what = f"{served.name}/{client.cluster.name} login"
    if client.cluster.auth is None:
        words = "none is configured: what needs one is done by hand"
        yield Line(mark=Mark.WARNING, what=what, words=words, mend="Write auth for this cluster.")
        return
    try:
        node = client.active_node()
        token = client.login.token(node)
        found = lint.lint(client, node, token, longest_s=_longest_s(served.shifts, now=now))
    except VaultError as problem:
        yield _bad(what, problem)
        return
    yield Line(mark=Mark.GOOD, what=what, words="Vault lets Conclave in")
    mark = Mark.BAD if served.shifts else Mark.WARNING
    for words in found.problems:
        yield Line(mark=mark, what=f"{what}, policies", words=words)
    if not found.problems:
        words = f"as they have to be; {len(found.places_ready)} ring places are ready"
        yield Line(mark=Mark.GOOD, what=f"{what}, policies", words=words)


def _longest_s(shifts: tuple[ShiftRules, ...], *, now: int) -> int:
    found = [s for rule in shifts for s in occurrences(rule, after=now, before=now + _WEEK_MS)]
    return max(((s.end - s.start + s.overlap) // 1000 for s in found), default=0)


def _bad(what: str, problem: ConclaveError) -> Line:
    return Line(mark=Mark.BAD, what=what, words=str(problem), mend=problem.advice)
