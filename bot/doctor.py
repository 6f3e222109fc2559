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
from ceremonies.calendars import asked
from ceremonies.errors import CalendarUnusable, ConclaveError, Misconfigured, VaultError
from ceremonies.rota.entries import Answer
from ceremonies.rota.plan import longest_of
from ceremonies.rota.rota import Rota
from ceremonies.rota.rules import ShiftRules
from ceremonies.topology import Cluster, ReplicationSet
from ceremonies.vault import ClusterClient, ClusterView, Mode

_SLACK_S = 10.0


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
    """Yield what clusters and calendars of one set say; reads only: a live pair may be asked."""
    served = configuration.sets.get(name)
    if served is None:
        raise Misconfigured(
            f"{name}: no such replication set",
            advice=f"Name one of {', '.join(configuration.sets)}.",
        )
    seen = _Seen(served.shifts, now=now)
    yield from _calendars(configuration, served, seen, now=now)
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
    longest = max(
        (longest_of(r, seen.answer(name, r.name), now=now) for r in served.shifts), default=0
    )
    yield from _login(served, primaries[0], longest_s=longest // 1000)


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


class _Seen:
    """What each calendar of a set answered just now, as a `Rota` wants to be told."""

    def __init__(self, rules: tuple[ShiftRules, ...], *, now: int) -> None:
        self.answers: dict[str, Answer] = {}
        self.problems: dict[str, CalendarUnusable] = {}
        for rule in rules:
            if rule.calendar:
                try:
                    self.answers[rule.name] = asked(rule, now=now)
                except CalendarUnusable as problem:
                    self.problems[rule.name] = problem

    def answer(self, set_name: str, rule: str) -> Answer | None:  # noqa: ARG002 — of one set
        """Return what it answered; None: there is no calendar, or it is of no use."""
        return self.answers.get(rule)

    def trouble(self, set_name: str, rule: str) -> str:  # noqa: ARG002 — of one set
        """Return why it is of no use; nothing where all is well."""
        return str(self.problems.get(rule, ""))


def _calendars(
    configuration: Configuration, served: ReplicationSet, seen: _Seen, *, now: int
) -> Iterator[Line]:
    """Yield a line for each calendar, and one for each thing that is odd about the plan."""
    for rule, problem in seen.problems.items():
        yield _bad(f"{served.name} calendar of shift {rule}", problem)
    for rule, answer in seen.answers.items():
        words = f"it is read; {len(answer.entries)} entries around these weeks"
        yield Line(mark=Mark.GOOD, what=f"{served.name} calendar of shift {rule}", words=words)
    readable = [rule for rule in served.shifts if rule.name not in seen.problems]
    rota = Rota({served.name: readable}, roster=lambda: configuration.roster, calendars=seen)
    for words in rota.problems(served.name, now=now):
        mend = "Correct the calendar, or its shift in the configuration."
        yield Line(mark=Mark.WARNING, what=f"{served.name} shifts", words=words, mend=mend)


def _login(served: ReplicationSet, client: ClusterClient, *, longest_s: int) -> Iterator[Line]:
    what = f"{served.name}/{client.cluster.name} login"
    if client.cluster.auth is None:
        words = "none is configured: what needs one is done by hand"
        yield Line(mark=Mark.WARNING, what=what, words=words, mend="Write auth for this cluster.")
        return
    try:
        node = client.active_node()
        token = client.login.token(node)
        found = lint.lint(client, node, token, longest_s=longest_s)
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


def _bad(what: str, problem: ConclaveError) -> Line:
    return Line(mark=Mark.BAD, what=what, words=str(problem), mend=problem.advice)
