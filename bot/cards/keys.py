"""Cards' keys, as the log keeps them beside where each card stands.

`channel:<ceremony>` is the ceremony's card, `runbook:<runbook>` the runbook's, and
`dm:<ceremony>:<holder>:<round>` a holder's message: they are drawn anew as things change. Slack
notifies nobody of a changed message, so there is a fourth, posted once:
`call:<ceremony>:<what>:<which>` calls those who must act now, in the channel, or a holder in their
direct messages. `alarm:<what>:<which>` calls too, and is drawn anew: its button goes when it is
over. `duty:<token on duty>:<lead>` is the lead's message about their token, and
`handover:<shift>:<lead>` the one in which a lead is asked to confirm a hand-over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ceremonies.ceremony import Ceremony
from ceremonies.runbook import Runbook

_ALARM = "alarm:"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectKey:
    """The key of a holder's message of one round."""

    ceremony: str
    holder: str
    round: int

    @property
    def text(self) -> str:
        """The key as the log and the notifier write it."""
        return f"dm:{self.ceremony}:{self.holder}:{self.round}"


def channel_key(c: Ceremony) -> str:
    """Return the key of a ceremony's channel card."""
    return f"channel:{c.id}"


def runbook_key(r: Runbook) -> str:
    """Return the key of a runbook's card."""
    return f"runbook:{r.id}"


def call_key(c: Ceremony, what: str, which: int | str) -> str:
    """Return the key of a call in the channel; `which` tells it from the next of its kind."""
    return f"call:{c.id}:{what}:{which}"


def runbook_call_key(r: Runbook, what: str, which: int | str) -> str:
    """Return the key of a call in the channel that is about a runbook."""
    return f"call:{r.id}:{what}:{which}"


def log_key(what: str, which: str) -> str:
    """Return the key of a call in the channel that is about the log, not about a ceremony."""
    return f"call:log:{what}:{which}"


def watch_key(what: str, which: str) -> str:
    """Return the key of a call in the channel about what is seen while nobody does anything."""
    return f"call:watch:{what}:{which}"


def alarm_key(what: str, which: str) -> str:
    """Return the key of a call in the channel that has a button for as long as it is needed."""
    return f"{_ALARM}{what}:{which}"


def is_alarm(key: str) -> bool:
    """Return whether this is the key of such a call."""
    return key.startswith(_ALARM)


def duty_key(duty: str, lead: str) -> str:
    """Return the key of the message in which a lead is told of a token on duty."""
    return f"duty:{duty}:{lead}"


def handover_key(shift: str, lead: str) -> str:
    """Return the key of the message in which a lead is asked to confirm a hand-over."""
    return f"handover:{shift}:{lead}"


def direct_keys(c: Ceremony, keys: Iterable[str]) -> Iterator[DirectKey]:
    """Yield those of `keys` that are messages to holders of this ceremony."""
    start = f"dm:{c.id}:"
    for key in keys:
        holder, _, number = key.removeprefix(start).rpartition(":")
        if key.startswith(start) and holder and number.isdigit():
            yield DirectKey(ceremony=c.id, holder=holder, round=int(number))
