"""The main plot: a primary dies, three of five give their shares, the secondary takes over."""

from __future__ import annotations

import secrets

from lab.openbao import Refused, Unanswered
from lab.people import Person
from lab.scenarios.timeline import Timeline
from lab.sights import Seen
from lab.stage import CHANNEL, Stage


def play_ceremony(stage: Stage, timeline: Timeline) -> bool:
    """Play it; return whether `b` is primary and serves what was written on `a`."""
    vaults, people = stage.vaults, stage.people
    timeline.begins(
        "A DR ceremony, end to end",
        "Cluster [bold]a[/] is the primary, [bold]b[/] its DR secondary. Five people hold a share "
        "each; three are required. Sam commands.\nThe bot is a real process; the clusters are "
        "real OpenBao servers with Vault's DR endpoints played in front of them; Redis is real; "
        "Slack is a stand-in.",
    )
    timeline.watch_vault(vaults)
    letter = f"written on a, {secrets.token_hex(4)}"
    vaults["a"].bao.call("POST", "kv/letter", {"text": letter})
    vaults.replicate("b")
    timeline.fate("A secret was written on a and replicated to b. Now a is killed (SIGKILL).")
    vaults["a"].kill()

    sam = people["Sam"]
    line = "/dr start payments for=promote reason=a does not answer since 02:40"
    timeline.person("Sam", line)
    sam.types(line, CHANNEL)
    card = sam.waits_for("payments/b", channel=CHANNEL, button="promotion.open", within=20)
    timeline.slack("#incident", _headline(card))

    timeline.hesitates()
    asks = {
        name: _asked(people[name], timeline, whole=name == "Ada")
        for name in ("Ada", "Ben", "Cat", "Dan")
    }
    shares = [share.hex() for share in vaults["b"].bao.shares]
    _gives(people["Ada"], "Ada", asks["Ada"], shares[0], timeline)
    timeline.hesitates()
    timeline.person("Dan", "clicks “I cannot take part”: no share at hand")
    people["Dan"].clicks("share.decline", asks["Dan"])
    _asks_for_promotion(sam, card, timeline)
    _mistypes(people["Ben"], "Ben", asks["Ben"], shares[1], timeline)
    _gives(people["Ben"], "Ben", asks["Ben"], shares[1], timeline)
    _gives(people["Cat"], "Cat", asks["Cat"], shares[2], timeline)

    final = sam.waits_until(card, "is the primary now", "token is deleted", within=40)
    timeline.slack("#incident", final.text)
    return _prove(stage, timeline, letter)


def _asked(person: Person, timeline: Timeline, *, whole: bool) -> Seen:
    seen = person.waits_for("payments", direct=True, button="share.open", within=20)
    timeline.slack(person.user.real_name, seen.text if whole else _headline(seen, lines=1))
    return seen


def _gives(person: Person, name: str, ask: Seen, share: str, timeline: Timeline) -> None:
    timeline.hesitates(1.2)
    timeline.person(name, "opens the modal and pastes their share")
    person.clicks("share.open", ask)
    person.waits_for_modal(callback_id="share.submit")
    person.fills("share", "value", share)
    person.submits()
    person.waits_for_no_modal(within=15)


def _mistypes(person: Person, name: str, ask: Seen, share: str, timeline: Timeline) -> None:
    timeline.hesitates()
    timeline.person(name, "pastes only half of it")
    person.clicks("share.open", ask)
    person.waits_for_modal(callback_id="share.submit")
    person.fills("share", "value", share[:30])
    person.submits()
    modal = person.modal
    words = modal.errors.get("share", "") if modal else ""
    timeline.slack(name, f"in the modal: {words}")
    person.closes()


def _asks_for_promotion(sam: Person, card: Seen, timeline: Timeline) -> None:
    timeline.hesitates()
    timeline.person("Sam", "asks for the promotion while shares still come, types payments/b")
    sam.clicks("promotion.open", card)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", "payments/b")
    sam.fills("reason", "value", "a does not answer; b is in step")
    sam.submits()
    sam.waits_for_no_modal(within=15)


def _headline(seen: Seen, *, lines: int = 3) -> str:
    return "\n".join([line for line in seen.text.splitlines() if line.strip()][:lines])


def _prove(stage: Stage, timeline: Timeline, letter: str) -> bool:
    vaults = stage.vaults
    mode = vaults.request("b", "GET", "sys/replication/dr/status").json()["data"]["mode"]
    primary = timeline.proof(f"b answers as {mode}", holds=mode == "primary")
    token = vaults["b"].bao.root_token
    try:
        reply = vaults.request("b", "GET", "kv/letter", token=token)
        read = reply.json().get("data", {}).get("text", "")
    except (Refused, Unanswered):
        read = ""
    words = f"b serves the secret that was written on a: “{read}”"
    serves = timeline.proof(words, holds=read == letter)
    gone = bool(vaults.record.accepted(path="operation-token/delete"))
    deleted = timeline.proof("the DR operation token was deleted at Vault", holds=gone)
    once = len(vaults.record.accepted(path="secondary/promote")) == 1
    return timeline.proof("Vault was asked to promote once", holds=once) and all(
        (primary, serves, deleted)
    )
