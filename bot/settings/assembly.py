"""From the checked file to the values that the rest of the house knows."""

from __future__ import annotations

from pathlib import Path

from bot.settings import rules, shifts
from bot.settings.file import ClusterTable, File, LoginTable, SetTable
from bot.settings.values import (
    Configuration,
    Custody,
    Enrolment,
    Listen,
    Mode,
    RawShares,
    SlackApp,
    StepUp,
)
from ceremonies.roster import KeyHolder, Person, Role, Roster
from ceremonies.topology import (
    AppRole,
    ApprovalRules,
    Auth,
    CeremonyRules,
    Cluster,
    Kubernetes,
    ReplicationSet,
    TokenFile,
)


def assemble(file: File, *, path: Path, lab: bool) -> Configuration:
    """Return the configuration; the file was found to hold together."""
    directory = path.parent
    return Configuration(
        file=path,
        lab=lab,
        slack=SlackApp(
            workspace=file.slack.workspace,
            command=file.slack.command,
            mode=Mode(file.slack.mode),
        ),
        listen=_listen(file.http.listen) if file.http else None,
        notify_urls=tuple(file.notify.urls),
        custody=Custody(
            raw_shares=RawShares(file.custody.raw_shares),
            enrolment=Enrolment(file.custody.enrolment),
        ),
        step_up=StepUp(file.approval.step_up),
        roster=Roster(
            people=tuple(
                Person(slack=p.slack, name=p.name, roles=frozenset(Role(r) for r in p.roles))
                for p in file.people
            )
        ),
        sets={one.name: _set(one, file, directory) for one in file.replication_sets},
        warnings=rules.warnings(file),
    )


def _set(one: SetTable, file: File, directory: Path) -> ReplicationSet:
    channel = one.incident_channel or file.slack.incident_channel
    if channel is None:
        raise RuntimeError("a set without a channel was not refused")
    times = file.ceremony
    return ReplicationSet(
        name=one.name,
        clusters=tuple(_cluster(cluster, directory) for cluster in one.clusters),
        key_holders=tuple(KeyHolder(slack=h.slack, shares=h.shares) for h in one.key_holders),
        incident_channel=channel,
        home_primary=one.home_primary,
        canary_path=one.canary_path,
        client_checklist=tuple(one.client_checklist),
        hands=tuple(dict.fromkeys(one.hands)),
        snapshots=_path(one.snapshots, directory),
        performance_secondary=one.performance_secondary,
        ceremony=CeremonyRules(
            deadline=times.deadline,
            max=times.max,
            remind_every=times.remind_every,
            approval_lapses=times.approval_lapses,
            token_unused=times.token_unused,
        ),
        approval=ApprovalRules(
            promote_approvers=file.approval.promote_approvers,
            holders_count=file.approval.holders_count,
        ),
        shifts=tuple(shifts.rule(s) for s in file.shifts if s.replication_set == one.name),
    )


def _cluster(cluster: ClusterTable, directory: Path) -> Cluster:
    return Cluster(
        name=cluster.name,
        address=cluster.address,
        nodes=tuple(dict.fromkeys(cluster.nodes)) or (cluster.address,),
        ca_file=_path(cluster.ca_file, directory),
        tls_server_name=cluster.tls_server_name,
        client_cert_file=_path(cluster.client_cert_file, directory),
        client_key_file=_path(cluster.client_key_file, directory),
        ceremony_token_file=_path(cluster.ceremony_token_file, directory),
        auth=_auth(cluster.auth, directory) if cluster.auth else None,
    )


def _auth(login: LoginTable, directory: Path) -> Auth:
    """Return the bot's login; that its keys are there was found before."""
    mount = login.mount or login.method  # as Vault names a method's own mount
    namespace = (login.namespace or "").strip("/")
    match login.method:
        case "approle":
            return AppRole(
                role_id=login.role_id or "",
                secret_id_file=directory / (login.secret_id_file or ""),
                mount=mount,
                namespace=namespace,
            )
        case "kubernetes":
            return Kubernetes(role=login.role or "", mount=mount, namespace=namespace)
        case "token":
            return TokenFile(token_file=directory / (login.token_file or ""))


def _path(text: str | None, directory: Path) -> Path | None:
    return None if text is None else directory / text


def _listen(text: str) -> Listen:
    host, _, port = text.rpartition(":")
    return Listen(host=host.removeprefix("[").removesuffix("]"), port=int(port))
