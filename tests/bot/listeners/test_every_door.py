"""Who is not let in, at every door there is: nothing happens, and they alone are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.cards import buttons, force, modals, offers
from bot.cards.kit import actions, card
from ceremonies.ceremony import Phase
from lab.chat import Chat
from lab.people import Person, meet
from tests.bot.cards.glasses import denied, left_open, one_door
from tests.bot.cards.states import asked, collecting, token_held
from tests.bot.conftest import INCIDENT, Bot
from tests.bot.listeners.leads import shift_button
from tests.bot.scripted import ROSTER, ScriptedConductor, state_of

Cast = dict[str, Person]
Act = Callable[[Bot, Person], None]

C = asked(token_held())
S = "payments"
EFFECTS = {
    "start",
    "offer_share",
    "decline",
    "nudge",
    "extend",
    "freeze",
    "thaw",
    "cancel",
    "restart",
    "request_promotion",
    "approve",
    "reject",
    "look",
    "glass.approve",
    "glass.closed",
    "runbooks.run",
    "force.request",
    "force.agree",
    "duty.issue",
    "duty.collect",
    "duty.disown",
    "duty.hand_over",
    "duty.ask_kill",
    "duty.agree_kill",
    "duty.reject_kill",
    "duty.planned",
}


def _types(line: str) -> Act:
    return lambda _, person: person.types(line, INCIDENT) and None


def _clicks(element: object) -> Act:
    def act(bot: Bot, person: Person) -> None:
        bot.posts(card("A card", [actions([element])]))
        action = element.action_id
        person.clicks(action, person.waits_for(channel=INCIDENT, button=action))

    return act


def _submits(view: dict[str, object], **typed: str) -> Act:
    def act(bot: Bot, person: Person) -> None:
        with bot.chat.workspace.pulse:
            bot.chat.world.modals.open(person.id, view)
        for block, text in typed.items():
            person.fills(block, "value", text)
        person.submits()
        person.closes(everything=True)

    return act


IN_CHANNEL: dict[str, Act] = {
    "help": _types("/dr help"),
    "status": _types("/dr status payments"),
    "start": _types("/dr start payments for=promote"),
    "start without a purpose": _types("/dr start payments"),
    "cancel": _types("/dr cancel payments"),
    "nudge": _types("/dr nudge payments"),
    "promote": _types("/dr promote payments"),
    "run": _types("/dr run payments failover"),
    "run without a runbook": _types("/dr run payments"),
    "runbook.begin": _clicks(offers.begin(S, "failover", play="failover")),
    "what comes later": _types("/dr report payments"),
    "nonsense": _types("/dr xyzzy"),
    "status.show": _clicks(buttons.status(S)),
    "ceremony.start": _clicks(buttons.start(S, "Promote", purpose="promote")),
    "ceremony.freeze": _clicks(buttons.freeze(S, C)),
    "ceremony.thaw": _clicks(buttons.thaw(S, C)),
    "ceremony.extend": _clicks(buttons.extend(S, C, near=False)),
    "ceremony.cancel": _clicks(buttons.cancel(S, C)),
    "ceremony.nudge": _clicks(buttons.nudge(S, C)),
    "ceremony.restart": _clicks(buttons.restart(S, C)),
    "ceremony.choose": _clicks(buttons.choose(S, C)),
    "promotion.open": _clicks(buttons.promotion_open(S, C)),
    "promotion.approve": _clicks(buttons.approve(S, C)),
    "promotion.reject": _clicks(buttons.reject(S, C)),
    "force.open": _clicks(force.open_button(S, C)),
    "force.agree": _clicks(force.agree_button(S, C)),
    "glass.approve": _clicks(one_door(denied())),
    "glass.closed": _clicks(one_door(left_open())),
    "shift": _types("/dr shift payments"),
    "shift issue": _types("/dr shift payments issue"),
    "shift handover": _types("/dr shift payments handover"),
    "shift kill": _types("/dr shift payments kill reason=stolen"),
    "shift.collect": _clicks(shift_button("shift.collect")),
    "shift.disown": _clicks(shift_button("shift.disown")),
    "kill.agree": _clicks(shift_button("kill.agree")),
    "kill.reject": _clicks(shift_button("kill.reject")),
    "share.open": _clicks(buttons.share_open(S, C, label="Give")),
    "share.decline": _clicks(buttons.share_decline(S, C)),
}
IN_A_MODAL: dict[str, Act] = {
    "share.submit": _submits(modals.share_modal(S, C), share="ab" * 33),
    "promotion.request": _submits(modals.promotion_modal(S, C), cluster="payments/b"),
    "force.request": _submits(force.request_modal(S, C), cluster="payments/b force", reason="-"),
    "force.confirm": _submits(force.confirm_modal(S, C), cluster="payments/b force"),
    "ceremony.choose": _submits(modals.choose_holders_modal(S, C, ROSTER), holders=C.holders[0]),
}


def _becomes(**fields: object) -> Callable[[Chat, str], None]:
    return lambda chat, user: chat.workspace.change_user(user, **fields) and None


def _shares_the_channel(chat: Chat, _user: str) -> None:
    chat.workspace.change_channel(INCIDENT, is_ext_shared=True)


def _nothing(_chat: Chat, _user: str) -> None:
    """Mallory is a stranger already."""


# Kim may do everything that a role can allow, but is no key holder; Ada holds a share.
OUTSIDERS = {
    "a stranger": ("Mallory", _nothing, IN_CHANNEL | IN_A_MODAL, "roster"),
    "a guest": ("Kim", _becomes(is_restricted=True), IN_CHANNEL | IN_A_MODAL, "Guests"),
    "a guest with a share": ("Ada", _becomes(is_ultra_restricted=True), IN_CHANNEL, "Guests"),
    "a deleted user": ("Kim", _becomes(deleted=True), IN_CHANNEL | IN_A_MODAL, "deactivated"),
    "a deleted holder": ("Ada", _becomes(deleted=True), IN_A_MODAL, "deactivated"),
    "from another workspace": ("Kim", _becomes(team_id="T0OTHER"), IN_CHANNEL, "workspace"),
    "in a shared channel": ("Kim", _shares_the_channel, IN_CHANNEL, "shared"),
}


@pytest.mark.parametrize("case", OUTSIDERS.values(), ids=OUTSIDERS)
def test_an_outsider_moves_nothing(
    bot: Bot, cast: Cast, conductor: ScriptedConductor, case: tuple[str, Act, dict[str, Act], str]
) -> None:
    """At no door does the conductor hear of them, no window opens, nobody else sees anything."""
    name, becomes, doors, words = case
    conductor.states["payments"] = state_of(C)
    becomes(bot.chat, cast[name].id)

    for door, act in doors.items():
        before = bot.chat.workspace.pulse.revision
        act(bot, cast[name])
        assert _refused(bot, cast[name], before, words), f"{door}: nobody told them"
        assert {a.name for a in conductor.asked} & EFFECTS == set(), door
        assert bot.chat.calls("views.open") == (), door


def _refused(bot: Bot, person: Person, before: int, words: str) -> bool:
    """Return whether they were told privately; by role where another role is asked for."""

    def told() -> bool:
        answers = [s.text for s in person.reads() if s.ephemeral and s.message.revision > before]
        in_modals = [str(d.answer) for d in bot.chat.deliveries() if "'update'" in str(d.answer)]
        heard = " ".join((*answers, *in_modals[-1:]))
        return words in heard or "This is for" in heard

    return bool(bot.chat.workspace.pulse.wait_for(told, within=5))


ROLES = {
    "a holder": (
        "Ada",
        {"help", "status", "ceremony.freeze", "ceremony.thaw", "status.show", "force.agree"},
    ),
    "an auditor": ("Audit", {"help", "status", "status.show"}),
}


@pytest.mark.parametrize("case", ROLES.values(), ids=ROLES)
def test_a_role_opens_its_own_doors_only(
    bot: Bot, cast: Cast, conductor: ScriptedConductor, case: tuple[str, set[str]]
) -> None:
    """Whoever lacks the role is told whose it is, by name."""
    name, open_doors = case
    person = {**cast, **meet(bot.chat, "Audit")}[name]
    conductor.states["payments"] = state_of(collecting(phase=Phase.COLLECTING))
    tried = [d for d in IN_CHANNEL if d not in open_doors and not d.startswith("share.")]
    for door in tried:
        if door in ("what comes later", "nonsense"):
            continue
        before = bot.chat.workspace.pulse.revision
        IN_CHANNEL[door](bot, person)
        assert _refused(bot, person, before, "This is for"), door
    assert {a.name for a in conductor.asked} & (EFFECTS - {"look"}) == set()
