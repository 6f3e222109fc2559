"""A key holder's direct message in one round: what is asked of them, or how it ended."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards import buttons, notices
from bot.cards.afterwards import closing
from bot.cards.kit import Card, actions, card, context, fields, header, section
from bot.cards.phrases import aim, code, mention, of_threshold, one_line, ours, place, quoted, when
from bot.cards.standing import (
    Standing,
    may_give,
    open_conflict,
    shares_given,
    shares_kept,
    standing,
)
from ceremonies.ceremony import Ceremony, Phase
from ceremonies.events import Purpose
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.watchwords import watchwords

_OVER = (Standing.ENDED, Standing.ROUND_OVER, Standing.NOT_ASKED)


def holder_card(
    state: SetState, c: Ceremony, rules: ReplicationSet, *, holder: str, number: int
) -> Card:
    """Return the message to `holder` about round `number` (from 1); buttons only while useful."""
    where = standing(c, holder, number, rules)
    if where in _OVER:
        return _over(state, c, where, holder=holder, number=number)
    says = _says(state, c, where, holder=holder, rules=rules)
    blocks: list[Block | None] = [
        header(_headline(state.name, c, where)),
        section(says) if says else None,
        section(_who_and_why(state.name, c)),
        section(which_share(state.name, c) + _approves(c, rules)) if may_give(where) else None,
        _facts(c, number),
        section(f"*Nonce* {code(c.rounds[number - 1].nonce)}"),
        section(_compare()) if may_give(where) else None,
        actions(_buttons(state.name, c, where)),
        _small_print(c),
    ]
    return card(_notification(state.name, c, where, says, number), blocks)


def which_share(set_name: str, c: Ceremony) -> str:
    """Return which share is meant, what it is not, and what else it could make."""
    if c.recovery_keys:
        kind = (
            f"your *{set_name}* recovery key, one of the primary's. (Vault unseals itself there, "
            "so what you keep is a recovery key.)"
        )
    else:
        kind = f"your *{set_name}* share, the one from the primary's unseal keys."
    return (
        f"*Which share:* {kind} Not one that {code(c.cluster)} had before it joined.\n"
        ":warning: *The same share could make a root token.* Give it only if you expected this; "
        "otherwise freeze."
    )


def _approves(c: Ceremony, rules: ReplicationSet) -> str:
    """Return that whoever gives agrees to the promotion too, where that is so."""
    if c.purpose is not Purpose.PROMOTE or not rules.approval.holders_count:
        return ""
    return "\n*Giving it also counts as your approval of the promotion.*"


def _headline(set_name: str, c: Ceremony, where: Standing) -> str:
    name = place(set_name, c.cluster)
    drill = "Drill: " if c.purpose is Purpose.DRILL else ""
    match where:
        case Standing.FROZEN:
            return f"{drill}{name} is frozen: give nothing"
        case Standing.ENOUGH:
            return f"{drill}{name}: enough shares, thank you"
        case Standing.COUNTED:
            return f"{drill}{name}: Vault counted your share"
        case Standing.COUNTED_MORE:
            return f"{drill}{name}: Vault counted one of your shares"
        case Standing.REFUSED:
            return f"{drill}{name}: your share was not counted"
        case Standing.CONFLICT | Standing.CONTRADICTED:
            return f"{drill}{name}: two shares contradict each other"
        case Standing.DECLINED:
            return f"{drill}{name}: you said that you cannot"
        case _ if drill:
            return f"{drill}your key share is needed on {name}"
        case _:
            return f"Your key share is needed to {aim(set_name, c)}"


def _who_and_why(set_name: str, c: Ceremony) -> str:
    reason = f"\nReason: {quoted(c.reason)}" if c.reason.strip() else ""
    words = f"{mention(c.started_by)} started a ceremony to *{aim(set_name, c)}*."
    if c.purpose is Purpose.DRILL:
        words = (
            f"{mention(c.started_by)} started a *drill* on *{place(set_name, c.cluster)}*: nothing "
            "is promoted, and the token that your shares make is deleted at once."
        )
    return words + reason


def _says(
    state: SetState, c: Ceremony, where: Standing, *, holder: str, rules: ReplicationSet
) -> str:
    this = c.rounds[-1]
    match where:
        case Standing.COUNTED:
            return (
                f":ballot_box_with_check: *{of_threshold(c)} so far.* Whether yours is right shows "
                "only at the last one. Nothing to do; this message changes when it ends."
            )
        case Standing.COUNTED_MORE:
            kept, given = shares_kept(rules, holder), shares_given(this, holder)
            return (
                f":ballot_box_with_check: *{given} of your {kept}; {of_threshold(c)} so far.* You "
                "may give another."
            )
        case Standing.REFUSED:
            return (
                f":x: *Why:* {ours(this.refusal_of(holder))}\nThe other "
                "holders' shares are not lost. You can give yours again."
            )
        case Standing.CONFLICT | Standing.CONTRADICTED:
            return _conflict(c, where, holder)
        case Standing.DECLINED:
            return f"{of_threshold(c)} so far. If you can take part after all, give your share."
        case Standing.FROZEN:
            return (
                f":ice_cube: *{mention(c.frozen_by)} froze this ceremony:* it looks wrong to them. "
                "No share goes to Vault. Ask on the call why; two people can thaw it on "
                f"{_channel(state, c)}."
            )
        case Standing.ENOUGH:
            if this.gave(holder):
                return "Vault has all shares, yours among them. Thank you. Nothing to do."
            return "Not needed any more, thank you: Vault has all shares. Nothing to do."
        case _:
            return ""


def _conflict(c: Ceremony, where: Standing, holder: str) -> str:
    found = open_conflict(c.rounds[-1], holder)
    then = "Check which share you keep and tell the commander, who can start a new round."
    if found is not None and found.holder == found.other:
        mine = "You gave two different versions of one share. The second was not sent."
    elif where is Standing.CONTRADICTED:
        mine = "Another holder's share contradicts yours, which Vault has. Theirs was not sent."
    else:
        mine = "Your share contradicts one that Vault has already. Yours was not sent."
        then = "If you mistyped yours, give it again; if not, ask the commander for a new round."
    return (
        f":warning: *{mine}* One of the two is wrong; nobody can tell which, and nobody is blamed. "
        f"{then}"
    )


def _channel(state: SetState, c: Ceremony) -> str:
    stands = state.messages.get(f"channel:{c.id}")
    return f"the card in <#{stands.channel}>" if stands else "the card in the incident channel"


def _facts(c: Ceremony, number: int) -> Block:
    nonce = c.rounds[number - 1].nonce
    one, two = watchwords(ceremony=c.id, nonce=nonce)
    texts = [notices.deadline(c), f"*Watchwords*\n`{one} {two}`"]
    return fields(*(text for text in texts if text))


def _compare() -> str:
    return (
        "*Before you give it:* compare the watchwords on the call. The channel's card shows the "
        "same two. If they differ, or nobody told you of this, freeze."
    )


def _buttons(set_name: str, c: Ceremony, where: Standing) -> list[ButtonElement]:
    row = []
    if may_give(where):
        row.append(buttons.share_open(set_name, c, label=_give(where)))
    if where in (Standing.ASKED, Standing.REFUSED):
        row.append(buttons.share_decline(set_name, c))
    if where is not Standing.FROZEN and c.phase is not Phase.PROMOTING:
        row.append(buttons.freeze(set_name, c))
    return row


def _give(where: Standing) -> str:
    match where:
        case Standing.COUNTED_MORE:
            return "Give another share"
        case Standing.REFUSED | Standing.CONFLICT:
            return "Give my share again"
        case _:
            return "Give my share"


def _small_print(c: Ceremony) -> Block:
    return context(
        f"{of_threshold(c)} so far. Started {when(c.started_at)}. Ceremony {code(c.id)}. Nobody "
        "will ever ask you to type a share as a message."
    )


def _notification(set_name: str, c: Ceremony, where: Standing, says: str, number: int) -> str:
    head = _headline(set_name, c, where)
    if where is Standing.ASKED:
        one, two = watchwords(ceremony=c.id, nonce=c.rounds[number - 1].nonce)
        return (
            f"{head}, until {when(c.deadline)}. Open this message, compare the watchwords "
            f"({one} {two}), press Give my share."
        )
    return f"{head}. {one_line(says)}"


def _over(state: SetState, c: Ceremony, where: Standing, *, holder: str, number: int) -> Card:
    head, says = closing(state.name, c, where, holder=holder, number=number)
    one, two = watchwords(ceremony=c.id, nonce=c.rounds[number - 1].nonce)
    last = context(
        f"Round {number}, watchwords `{one} {two}`, started by {mention(c.started_by)} "
        f"{when(c.started_at)}. Ceremony {code(c.id)}."
    )
    return card(f"{head}. {one_line(says)}", [header(head), section(says), last])
