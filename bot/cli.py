"""`conclave …`: one line per command."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import SlackUnreachable
from ceremonies.errors import ConclaveError, Misconfigured, StoreUnreachable, StoreUnsafe


class Exit(IntEnum):
    """What a command ends with."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    NOT_REACHABLE = 3


_LATER = {
    "lab": "The same parts as in the demo, left running.",
    "enrol": "A key holder's enrolment.",
    "seal": "A key holder's sealed share.",
    "attest": "A key holder's attestation.",
    "verify": "The log's chain.",
    "report": "The story of a ceremony.",
    "ceremony": "The same ceremony without Slack.",
}
_ANY = {"allow_extra_args": True, "ignore_unknown_options": True}

# No pretty tracebacks: they print local variables, and one of them may be a share.
app = typer.Typer(
    name="conclave",
    help="Runs Vault disaster-recovery token ceremonies in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def run() -> None:
    """Serve until SIGTERM."""
    from bot import logs, settings  # noqa: PLC0415 — what only serving needs is loaded to serve

    told = settings.load(os.environ)
    logs.configure(told.log_level)
    build = importlib.import_module("bot.build")
    raise typer.Exit(build.serve(told))


@app.command()
def demo(
    scenario: Annotated[
        str | None, typer.Argument(help="Which; the whole ceremony if none.")
    ] = None,
) -> None:
    """Play a scenario in the terminal, on parts that are started and stopped again."""
    try:
        scenarios = importlib.import_module("lab.scenarios")
    except ImportError as missing:
        raise Misconfigured(
            f"the demo's parts are not installed ({missing.name})",
            advice="Run `make demo` in a clone, or install with the extra `lab`.",
        ) from None
    raise typer.Exit(scenarios.play(scenario))


@app.command()
def keygen(
    identity: Annotated[Path | None, typer.Option(help="Write a signing key here.")] = None,
    master: Annotated[Path | None, typer.Option(help="Write a master key here.")] = None,
) -> None:
    """Make keys: both, in this directory, if no file is named."""
    from bot import keys  # noqa: PLC0415 — see run

    if identity is None and master is None:
        identity, master = Path(keys.IDENTITY.file), Path(keys.MASTER.file)
    for kind, path in ((keys.IDENTITY, identity), (keys.MASTER, master)):
        if path is not None:
            typer.echo(keys.write(kind, path))


@app.command()
def manifest() -> None:
    """Print the Slack app's manifest as JSON, which is YAML too."""
    from bot import settings  # noqa: PLC0415 — see run
    from bot.manifest import manifest as build  # noqa: PLC0415 — see run

    configuration = settings.load_configuration(os.environ)
    typer.echo(json.dumps(build(configuration), indent=2))


@app.command()
def policy(
    apply: Annotated[  # noqa: FBT002 — a switch
        bool, typer.Option("--apply", help="Lay them on the primaries, with your own token.")
    ] = False,
    token_file: Annotated[
        Path | None, typer.Option(help="Your token; else VAULT_TOKEN is taken.")
    ] = None,
    refill: Annotated[
        list[int] | None, typer.Option(help="A ring place to lay again after a kill.")
    ] = None,
) -> None:
    """Print the Vault policies and roles that Conclave needs, or lay them."""
    from bot import policy as policies  # noqa: PLC0415 — see run
    from bot import settings  # noqa: PLC0415 — see run

    configuration = settings.load_configuration(os.environ)
    if not apply:
        typer.echo(policies.printed(configuration))
        return
    token = policies.operator_token(os.environ, token_file)
    operator = policies.Operator(token=token, refill=frozenset(refill or ()))
    for line in policies.applied(configuration, operator):
        typer.echo(line)


@app.command()
def doctor(
    probe: Annotated[
        str | None, typer.Option(help="Ask only the clusters of this set; needs no secrets.")
    ] = None,
) -> None:
    """Check everything that can be checked; 0 if nothing has to be mended."""
    from bot import doctor as examination  # noqa: PLC0415 — see run
    from bot import settings  # noqa: PLC0415 — see run

    now = int(time.time() * 1000)
    if probe is None:
        lines = examination.examined(os.environ, now=now)
    else:
        lines = examination.probed(settings.load_configuration(os.environ), probe, now=now)
    worst = Exit.DONE
    for line in lines:
        typer.echo(str(line))
        if line.mark is examination.Mark.BAD:
            worst = Exit.FAILED
    raise typer.Exit(worst)


def _refuse_later(context: typer.Context) -> None:
    name = context.command.name
    raise Misconfigured(
        f"`conclave {name}` comes later",
        advice="This version has: run, demo, keygen, manifest, policy, doctor.",
    )


for _name, _help in _LATER.items():
    app.command(_name, help=f"{_help} Comes later.", context_settings=_ANY)(_refuse_later)


def main() -> None:
    """Run the command line; every error of ours becomes advice and an exit status."""
    try:
        app()
    except ConclaveError as error:
        sys.stderr.write(f"conclave: {error}\n  {error.advice}\n")
        sys.exit(_status(error))


def _status(error: ConclaveError) -> Exit:
    match error:
        case Misconfigured() | StoreUnsafe():
            return Exit.WRONG_USE
        case StoreUnreachable() | SlackUnreachable():
            return Exit.NOT_REACHABLE
        case _:
            return Exit.FAILED
