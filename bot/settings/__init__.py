"""All that is told from outside, checked once, frozen."""

from bot.settings.loading import load, load_configuration, reload
from bot.settings.values import (
    Configuration,
    Custody,
    Enrolment,
    Listen,
    Mode,
    RawShares,
    Secrets,
    Settings,
    SlackApp,
    StepUp,
)

__all__ = [
    "Configuration",
    "Custody",
    "Enrolment",
    "Listen",
    "Mode",
    "RawShares",
    "Secrets",
    "Settings",
    "SlackApp",
    "StepUp",
    "load",
    "load_configuration",
    "reload",
]
