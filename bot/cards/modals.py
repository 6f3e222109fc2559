"""Modals: giving a share, asking for a promotion, choosing holders, and short notices."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    PlainTextObject,
    StaticMultiSelectElement,
)

from bot.cards import buttons, gate
from bot.cards.course import demotion
from bot.cards.holder import which_share
from bot.cards.kit import Json, asked, fields, modal, section
from bot.cards.phrases import code, cut, ours, place, when
from bot.cards.sharing import lost_rounds
from ceremonies.ceremony import Ceremony
from ceremonies.evidence import Evidence
from ceremonies.roster import Roster
from ceremonies.watchwords import watchwords

SHARE_SUBMIT = "share.submit"
PROMOTION_REQUEST = "promotion.request"
CHOOSE = "ceremony.choose"
ACTION = "value"
SHARE, CLUSTER, REASON, HOLDERS = "share", "cluster", "reason", "holders"
OVERRIDE = "override"
REASON_LENGTH = 1000
_SHARE_LENGTH = 3000
_OPTIONS = 100
_BOXES = 10
_LABEL = 75


def share_modal(set_name: str, c: Ceremony) -> Json:
    """Return the modal `share.submit`: one share goes in; metadata names set, ceremony, round."""
    one, two = watchwords(ceremony=c.id, nonce=c.nonce)
    kind = "recovery key" if c.recovery_keys else "unseal key share"
    blocks = [
        fields(f"*Watchwords*\n`{one} {two}`", f"*Nonce*\n{code(c.nonce)}"),
        section(which_share(set_name, c)),
        asked(
            SHARE,
            f"Your {set_name} {kind}",
            PlainTextInputElement(
                action_id=ACTION, multiline=False, max_length=_SHARE_LENGTH, focus_on_load=True
            ),
            hint=PlainTextObject(text="Hex or base64, whole. Spaces and quotes do not matter."),
        ),
        section(
            "What you type passes through Slack and Conclave's server in plain text. It is kept "
            "nowhere there, but *your share counts as exposed from then on*: expect a rekey after "
            "the incident."
        ),
    ]
    metadata = {**buttons.value_of(set_name, c), "round": len(c.rounds)}
    return modal(
        title="Give your share",
        blocks=blocks,
        callback_id=SHARE_SUBMIT,
        submit="Give it to Vault",
        metadata=metadata,
    )


def promotion_modal(
    set_name: str,
    c: Ceremony,
    *,
    evidence: Evidence | None = None,
    reason: str = "",
    demotes: str = "",
) -> Json:
    """Return the modal `promotion.request`: evidence, the cluster's name to type, a reason.

    `evidence` is a fresher look than the ceremony's own; updating the view with it keeps what
    the person has typed. `reason` stands in the input already; `demotes` is the primary that is
    demoted first, if there is one.
    """
    name = place(set_name, c.cluster)
    seen = evidence or c.evidence
    table = gate.nodes(seen)
    prefilled = cut((reason or c.reason).strip(), REASON_LENGTH)
    also = "" if c.duty else " and the shares are there"
    becomes = (
        f"*{name} becomes the primary* once enough people agree{also}."
        if not c.by_hand
        else f"*The shift lead is shown the command that promotes {name}* once enough people agree."
    )
    blocks = [
        section(
            f"{becomes} Every node is asked once more when you ask, and again right before "
            f"{'the command is shown' if c.by_hand else 'it is sent'}."
            + (f" {demotion(set_name, c, demotes)}" if demotes else "")
        ),
        gate.findings(seen),
        *([table] if table else []),
        asked(
            CLUSTER,
            f"Type {name} to confirm",
            PlainTextInputElement(
                action_id=ACTION,
                max_length=100,
                placeholder=PlainTextObject(text=name),
                focus_on_load=True,
            ),
        ),
        asked(
            REASON,
            "Reason",
            PlainTextInputElement(
                action_id=ACTION,
                multiline=True,
                max_length=REASON_LENGTH,
                initial_value=prefilled or None,
            ),
            hint=PlainTextObject(text="Whoever approves reads this. No secrets."),
            optional=True,
        ),
        *_overrides(seen),
    ]
    return modal(
        title="Ask for the promotion",
        blocks=blocks,
        callback_id=PROMOTION_REQUEST,
        submit="Ask",
        metadata=buttons.value_of(set_name, c),
    )


def _overrides(seen: Evidence) -> list[Block]:
    """Offer to lift the blocks that may be lifted: for a reason, and with one more person."""
    lifted = [found for found in seen.blocks if not found.final][:_BOXES]
    if not lifted:
        return []
    options = [
        Option(value=str(found.check), text=PlainTextObject(text=cut(str(found.check), _LABEL)))
        for found in lifted
    ]
    boxes = CheckboxesElement(action_id=ACTION, options=options)
    hint = PlainTextObject(text="Needs a reason above and one more approval. It stands in the log.")
    return [asked(OVERRIDE, "Go on in spite of what blocks", boxes, hint=hint, optional=True)]


def choose_holders_modal(set_name: str, c: Ceremony, roster: Roster) -> Json:
    """Return the modal `ceremony.choose`: block `holders`, values are Slack ids."""
    options = [
        Option(value=holder, text=PlainTextObject(text=cut(roster.name_of(holder), _LABEL)))
        for holder in c.holders
    ]
    told = lost_rounds(c)
    blocks = [
        *([told] if told else []),
        section(
            f"Choose at least {c.required or 1} holders. Only they are asked in the new attempt. "
            f"{buttons.loss(c)}"
        ),
        asked(HOLDERS, "Go on with", _menu(options)),
    ]
    return modal(
        title="Choose key holders",
        blocks=blocks,
        callback_id=CHOOSE,
        submit="Start a new attempt",
        metadata=buttons.value_of(set_name, c),
    )


def _menu(options: list[Option]) -> StaticMultiSelectElement:
    placeholder = PlainTextObject(text="Key holders")
    if len(options) <= _OPTIONS:
        return StaticMultiSelectElement(action_id=ACTION, placeholder=placeholder, options=options)
    pages = [options[start : start + _OPTIONS] for start in range(0, len(options), _OPTIONS)]
    groups = [
        OptionGroup(label=PlainTextObject(text=f"Part {number}"), options=page)
        for number, page in enumerate(pages, start=1)
    ]
    return StaticMultiSelectElement(action_id=ACTION, placeholder=placeholder, option_groups=groups)


def received_view(set_name: str, c: Ceremony) -> Json:
    """Return the view that follows a share while Vault is being asked."""
    return modal(
        title="Checking",
        blocks=[
            section(
                f":hourglass_flowing_sand: *Your share was received for "
                f"{place(set_name, c.cluster)} and is on its way to Vault.* You may close this. "
                "The message in which you pressed the button says what came of it; do not give "
                "the share again until it does."
            ),
            section(f"Deadline {when(c.deadline)}."),
        ],
    )


def notice_view(title: str, words: str) -> Json:
    """Return a modal that only says something: why nothing was done, say."""
    return modal(title=title, blocks=[section(ours(words))])
