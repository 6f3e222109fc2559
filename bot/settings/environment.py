"""The environment: secrets, each also from a file, and a few switches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.settings.clusters import is_private_way
from bot.settings.values import Secrets
from ceremonies.errors import Misconfigured
from ceremonies.identity import Identity
from ceremonies.master_key import parse_master_keys
from ceremonies.store import address

SLACK = "https://slack.com/api/"
INTENT_S = 30.0
_LEAST_INTENT_S = 3.0
_SECONDS = re.compile(r"\d{1,2}(\.\d)?")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_KEYGEN = "Make one with `conclave keygen`."
_MENDS = {
    "CONCLAVE_REDIS_URL": "Set it to redis://HOST:6379/0, or rediss:// for TLS.",
    "CONCLAVE_MASTER_KEY": _KEYGEN,
    "SLACK_BOT_TOKEN": "Set it to the bot token (xoxb-…) from OAuth & Permissions of the app.",
    "SLACK_APP_TOKEN": "Set it to an app-level token (xapp-…) with connections:write.",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables by name; an empty one counts as absent. Its representation shows no value."""

    variables: Mapping[str, str]

    def __repr__(self) -> str:
        return "Environment(…)"

    @property
    def lab(self) -> bool:
        """Whether this is the lab."""
        given = self.variables.get("CONCLAVE_LAB", "")
        if given not in ("", "0", "1"):
            raise Misconfigured(
                "CONCLAVE_LAB: this is not 1", advice="Set it to 1 or leave it out."
            )
        return given == "1"

    @property
    def config(self) -> Path:
        """The path of the configuration file."""
        return Path(self.variables.get("CONCLAVE_CONFIG") or "conclave.toml")

    @property
    def log_level(self) -> str:
        """The least severe level that is logged."""
        level = self.variables.get("CONCLAVE_LOG_LEVEL") or "INFO"
        if level.upper() not in _LEVELS:
            raise Misconfigured(
                "CONCLAVE_LOG_LEVEL: this is no level", advice=f"Use one of {', '.join(_LEVELS)}."
            )
        return level.upper()

    @property
    def intent_seconds(self) -> float:
        """How long an effect's intent lasts; the lab may shorten it, so that adoption is soon."""
        given = self.variables.get("CONCLAVE_LAB_INTENT_SECONDS", "")
        if not given:
            return INTENT_S
        if not self.lab:
            raise Misconfigured(
                "CONCLAVE_LAB_INTENT_SECONDS: this is for the lab only", advice="Leave it out."
            )
        if not _SECONDS.fullmatch(given) or not _LEAST_INTENT_S <= float(given) <= INTENT_S:
            raise Misconfigured(
                "CONCLAVE_LAB_INTENT_SECONDS: this is no number of seconds that an intent may last",
                advice=f"Write {_LEAST_INTENT_S:g} to {INTENT_S:g}, or leave it out.",
            )
        return float(given)

    @property
    def slack_api_url(self) -> str:
        """The base URL of Slack's Web API, with a slash at its end."""
        url = self.variables.get("SLACK_API_URL") or SLACK
        mend = f"Leave it out for Slack's own, {SLACK}; a stand-in must be on this host."
        if not url.startswith(("https://", "http://")):
            raise Misconfigured("SLACK_API_URL: this is no http address", advice=mend)
        if not (self.lab or is_private_way(url)):
            raise Misconfigured(
                "SLACK_API_URL: http:// would show the bot's token to the network", advice=mend
            )
        return url.rstrip("/") + "/"

    def secret(self, name: str) -> str:
        """Return a secret from NAME, or from the file that NAME_FILE names; never empty."""
        given, path = self.variables.get(name, ""), self.variables.get(f"{name}_FILE", "")
        if given and path:
            raise Misconfigured(
                f"{name}: {name}_FILE is set as well", advice="Unset one of the two."
            )
        value = _contents(f"{name}_FILE", Path(path)) if path else given
        if not value.strip():
            where = f"{name}_FILE: the file is empty" if path else f"{name}: this is not set"
            raise Misconfigured(
                where, advice=f"{_MENDS[name]} {name}_FILE may name a file instead."
            )
        return value.strip()


def secrets(environment: Environment) -> Secrets:
    """Return every secret, each checked; raises Misconfigured, which repeats none of them."""
    redis_url = environment.secret("CONCLAVE_REDIS_URL")
    address.parse(redis_url)
    return Secrets(
        redis_url=redis_url,
        master_keys=parse_master_keys(environment.secret("CONCLAVE_MASTER_KEY")),
        identity=_identity(environment),
        bot_token=_token(environment, "SLACK_BOT_TOKEN", "xoxb-"),
        app_token=_token(environment, "SLACK_APP_TOKEN", "xapp-"),
    )


def _contents(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise Misconfigured(
            f"{name}: {path}: {why}", advice="Correct the path, and let our user read the file."
        ) from None


def _identity(environment: Environment) -> Identity:
    path = environment.variables.get("CONCLAVE_IDENTITY_KEY_FILE", "")
    if not path:
        raise Misconfigured("CONCLAVE_IDENTITY_KEY_FILE: this is not set", advice=_KEYGEN)
    try:
        return Identity.load(Path(path))
    except Misconfigured as problem:
        words = f"CONCLAVE_IDENTITY_KEY_FILE: {problem}"
        raise Misconfigured(words, advice=problem.advice) from None


def _token(environment: Environment, name: str, prefix: str) -> str:
    token = environment.secret(name)
    if not token.startswith(prefix):
        raise Misconfigured(f"{name}: this does not begin with {prefix}", advice=_MENDS[name])
    return token
