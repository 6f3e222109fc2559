"""Reading everything once, and people and key holders again when asked to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot import waking
from bot.settings import rules
from bot.settings.assembly import assemble
from bot.settings.environment import Environment, secrets
from bot.settings.file import File
from bot.settings.findings import Finding, from_validation, refusal
from bot.settings.values import Configuration, Settings
from ceremonies.errors import Misconfigured
from ceremonies.topology import ReplicationSet


def load(variables: Mapping[str, str]) -> Settings:
    """Return everything that serving needs, from the environment and the file it names.

    Raises Misconfigured for anything that does not hold, and for what comes later.
    """
    environment = Environment(variables)
    configuration = _read(environment.config, lab=environment.lab, serving=True)
    known = {field.name: getattr(configuration, field.name) for field in fields(Configuration)}
    return Settings(
        **known,
        secrets=secrets(environment),
        slack_api_url=environment.slack_api_url,
        log_level=environment.log_level,
        intent_seconds=environment.intent_seconds,
    )


def load_configuration(variables: Mapping[str, str]) -> Configuration:
    """Return what the file says, without any secret; what comes later is not refused."""
    environment = Environment(variables)
    return _read(environment.config, lab=environment.lab, serving=False)


def reload(settings: Settings) -> Settings | Misconfigured:
    """Return the settings with people and key holders as the file has them now.

    Everything else stays; the warnings say what differs and waits for a restart. An invalid file
    changes nothing: the error is returned, to be told.
    """
    try:
        fresh = _read(settings.file, lab=settings.lab, serving=True)
    except Misconfigured as problem:
        return problem
    gone = [name for name in settings.sets if name not in fresh.sets]
    if gone:
        return Misconfigured(
            f"{settings.file}: replication_sets: {', '.join(gone)} is no longer there",
            advice="A running Conclave takes over people and key holders only: restart it.",
        )
    sets = {
        name: replace(served, key_holders=fresh.sets[name].key_holders)
        for name, served in settings.sets.items()
    }
    taken = replace(settings, roster=fresh.roster, sets=sets)
    return replace(taken, warnings=_waiting(taken, fresh))


def _waiting(taken: Settings, fresh: Configuration) -> tuple[str, ...]:
    """Return a warning for each part of the file that a restart would change."""
    differing = [
        field.name
        for field in fields(Configuration)
        if field.name not in ("warnings", "sets")
        and getattr(taken, field.name) != getattr(fresh, field.name)
    ]
    differing += [
        f"replication_sets[{name}]"
        for name, served in _by_name(fresh.sets)
        if taken.sets.get(name) != served
    ]
    return tuple(f"{name} was changed in the file: restart to use it" for name in differing)


def _by_name(sets: Mapping[str, ReplicationSet]) -> list[tuple[str, ReplicationSet]]:
    return sorted(sets.items())


def _read(path: Path, *, lab: bool, serving: bool) -> Configuration:
    raw = _toml(path)
    try:
        file = File.model_validate(raw)
    except ValidationError as error:
        # The cause holds what the file says, secrets included.
        raise refusal(path, from_validation(error, raw)) from None
    findings = (*rules.check(file, directory=path.parent, lab=lab), *_unknown_ways(file))
    if serving:
        findings += rules.later(file)
    if findings:
        raise refusal(path, findings)
    return assemble(file, path=path, lab=lab)


def _unknown_ways(file: File) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            key=f"notify.urls[#{number}]",
            problem="Apprise does not know this URL",
            mend="Write a URL as Apprise documents it for the service; it is not repeated here.",
        )
        for number, url in enumerate(file.notify.urls, 1)
        if not waking.is_known(url)
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8")
        return tomllib.loads(text)
    except OSError as problem:
        raise Misconfigured(
            f"{path}: {problem.strerror}",
            advice="Set CONCLAVE_CONFIG to the path of the configuration file.",
        ) from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: this is not UTF-8", advice="Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as problem:
        raise Misconfigured(
            f"{path}: this is no TOML: {problem}", advice="Correct the line that is named."
        ) from None
