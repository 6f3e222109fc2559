"""What people do themselves: the whole command, where its secrets come from, when it is shown."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.steps import line
from ceremonies.commands import ApproveStep, ContinueStep, Refusal, RequestStep
from ceremonies.events import (
    Action,
    Play,
    PromotionBlocked,
    StepDone,
    StepHandedOut,
    StepRefused,
)
from ceremonies.runbook import StepState
from tests.bot.cards.test_plan_card import COLLECTED, minted
from tests.bot.cards.test_runbook_calls import refused, said
from tests.bot.cards.test_runbook_card import PAIR, begun, drawn, the
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.runbooks.world import CLEAR, Truth, World


def taken(play: Play, *, target: str, source: str) -> World:
    """Return a world in which the runbook's first token is the one that Sam has collected."""
    world = minted(begun(play, PAIR, target=target, source=source), COLLECTED)
    evidence = replace(CLEAR, target="b")
    step = next(step for step in the(world).steps if step.action is Action.TOKEN)
    wish = ContinueStep(runbook=the(world).id, step=step.id, by=SAM, evidence=evidence)
    assert not isinstance(world.asks(wish), Refusal)
    return world


def shown(world: World, name: str) -> str:
    """Return the line of this step."""
    found = the(world).step(name)
    assert found is not None
    return line(world.state, the(world), found, world.terms.rules, number=1, now=world.now)


def tries_again(world: World) -> bool:
    """Return whether the card has the button."""
    _, buttons = drawn(world)
    go_on = buttons.get("runbook.continue")
    return go_on is not None and go_on["text"]["text"] == "Try again"


def hand_made(play: Play, *, hands: tuple[str, ...], target: str, source: str) -> World:
    """Return a world in which people do these steps, and this runbook has begun."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.terms = replace(world.terms, rules=replace(world.terms.rules, hands=hands))
    world.begins(
        play,
        target=target,
        source=source,
        secondaries=("b",),
        target_is_secondary=PAIR[target] == "secondary",
    )
    return world


def test_a_command_is_shown_whole() -> None:
    """However long: what is cut off cannot be run. It names its cluster and no secret."""
    world = hand_made(Play.REPOINT, hands=("update-primary",), target="b", source="a")
    told = shown(world, "update-primary:b")
    cluster = world.terms.rules.cluster("b")
    assert cluster is not None
    assert "*By hand,* with a DR operation token of payments/b and an activation token" in told
    both = """printf '{"dr_operation_token":"%s","token":"%s"}' "$TOKEN" "$ACTIVATION\""""
    writes = "vault write sys/replication/dr/secondary/update-primary -; unset TOKEN ACTIVATION"
    at = f"VAULT_ADDR={cluster.address}"
    assert f"```read -rs TOKEN; read -rs ACTIVATION; {both} | {at} {writes}```" in told
    primary = world.terms.rules.cluster("a")
    assert primary is not None
    make = "vault write -field=wrapping_token sys/replication/dr/primary/secondary-token"
    where = "made on payments/a by whoever may do so; it works once, for 30 minutes"
    assert f"{where}: \n```VAULT_ADDR={primary.address} {make}" in told


def test_no_ceremony_is_held_for_what_people_do() -> None:
    """What Conclave holds it gives to nobody, so they are told how to make a token themselves."""
    world = hand_made(Play.REPOINT, hands=("update-primary",), target="b", source="a")
    assert [step.id for step in the(world).steps] == ["update-primary:b"]
    told = shown(world, "update-primary:b")
    assert (
        "Key holders make a DR operation token of payments/b, each in their own terminal with"
        in told
    )
    assert "`vault operator generate-root -dr-token -init`" in told
    assert "`vault operator generate-root -dr-token -decode=ENCODED -otp=OTP`" in told


def test_a_secondary_is_disabled_by_hand_without_a_ceremony() -> None:
    """After the approvals, with a DR operation token of people's own: never as a primary is."""
    world = hand_made(Play.RETIRE, hands=("disable",), target="b", source="a")
    assert [step.id for step in the(world).steps] == ["disable:b"]
    who = {"runbook": the(world).id, "step": "disable:b"}
    evidence = replace(CLEAR, target="b")
    world.asks(RequestStep(**who, by=SAM, reason="b goes", evidence=evidence))
    assert "vault write" not in shown(world, "disable:b")
    asked = the(world).steps[0].request
    assert asked is not None
    world.asks(ApproveStep(**who, by=KIM, asked_at=asked.at))
    told = shown(world, "disable:b")
    assert "vault write sys/replication/dr/secondary/disable dr_operation_token=-" in told
    assert "primary/disable" not in told


def test_who_mends_the_rights_presses_try_again() -> None:
    """By hand for want of a right only: then it is Conclave's again. What the plan says stays."""
    world = begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")
    minted(world, COLLECTED)
    for step in ("token:b", "demote:a", "promote:b", "canary:b", "clients:b", "token:a"):
        world.happens(StepDone(runbook=the(world).id, step=step, words="seen"))
    who = {"runbook": the(world).id, "step": "update-primary:a"}
    refusal = StepRefused(
        **who, effect="", problem="PermissionDenied", words="b: 403.", by_hand=True
    )
    world.happens(refusal)
    assert "Or give Conclave's login on payments/b the right, and press *Try again*" in (
        shown(world, "update-primary:a")
    )
    assert tries_again(world)
    world.asks(ContinueStep(**who, by=SAM, evidence=CLEAR))
    step = the(world).step("update-primary:a")
    assert step is not None
    assert not step.by_hand
    assert "By hand" not in shown(world, "update-primary:a")


def test_what_the_plan_gives_to_people_stays_with_them() -> None:
    """A demotion by hand that did not work for good is tried again, and still by hand."""
    world = hand_made(Play.PLANNED_FAILOVER, hands=("demote",), target="b", source="a")
    world.happens(StepDone(runbook=the(world).id, step="token:b", words="seen"))
    assert not tries_again(world)
    refused(world)
    assert tries_again(world)
    who = {"runbook": the(world).id, "step": "demote:a"}
    assert not isinstance(world.asks(ContinueStep(**who, by=SAM, evidence=CLEAR)), Refusal)
    step = the(world).step("demote:a")
    assert step is not None
    assert step.by_hand
    assert step.state is StepState.WANTED


def test_a_lead_joins_with_their_own_token() -> None:
    """Both secrets are read without being shown, and go to the cluster itself."""
    world = taken(Play.REPOINT, target="b", source="a")
    told = shown(world, "update-primary:b")
    assert f"*<@{SAM}>, in their own terminal,* with the token on duty" in told
    assert "read -rs TOKEN; read -rs ACTIVATION; printf" in told
    cluster = world.terms.rules.cluster("b")
    assert cluster is not None
    assert f"VAULT_ADDR={cluster.address} vault write" in told
    assert "$DR_OPERATION_TOKEN" not in told
    assert said(world)["hand:update-primary:b:0"].startswith(f"<@{SAM}>: ")


def test_a_promotion_has_its_command_on_its_own_card() -> None:
    """Only there, and after the approvals: nobody is told to promote by hand before."""
    world = taken(Play.FAILOVER, target="b", source="a")
    assert "vault write" not in shown(world, "promote:b")
    assert "The ceremony's card asks for it and for the approvals." in shown(world, "promote:b")
    assert not [key for key in said(world) if key.startswith("hand:")]


def test_a_lead_disables_after_the_approval() -> None:
    """What takes two people takes them also where the lead has the token."""
    world = taken(Play.RETIRE, target="b", source="a")
    step = "disable:b"
    assert "vault write" not in shown(world, step)
    who = {"runbook": the(world).id, "step": step}
    evidence = replace(CLEAR, target="b")
    world.asks(RequestStep(**who, by=SAM, reason="b goes", evidence=evidence))
    assert "vault write" not in shown(world, step)
    found = the(world).step(step)
    assert found is not None
    assert found.request is not None
    world.asks(ApproveStep(**who, by=KIM, asked_at=found.request.at))
    assert "vault write sys/replication/dr/secondary/disable dr_operation_token=-" in (
        shown(world, step)
    )
    assert f"<@{SAM}>" in said(world)[f"hand:{step}:0"]


def test_a_demotion_waits_for_the_promotions_approvals_and_for_its_gate() -> None:
    """Where the bot may not demote, nobody has the command before the promotion could follow."""
    world = taken(Play.PLANNED_FAILOVER, target="b", source="a")
    refused(world, by_hand=True)

    def is_hidden() -> bool:
        told = shown(world, "demote:a")
        called = [key for key in said(world) if key.startswith("hand:")]
        return "vault write" not in told and not called and "Its command is shown, for" in told

    for _ in ("Sam asks", "Kim agrees"):
        assert is_hidden()
        (c,) = world.state.open_ceremonies
        assert world.approves(c)
    assert is_hidden()  # nobody has asked the gate yet
    (c,) = world.state.open_ceremonies
    assert c.request is not None
    asked = c.request.at
    world.happens(StepHandedOut(runbook=the(world).id, step="demote:a", request=asked))
    assert "vault write -f sys/replication/dr/primary/demote" in shown(world, "demote:a")
    assert "yours to do by hand" in said(world)[f"hand:demote:a:{asked}"]
    assert (
        "People were given the command that demotes payments/a. If it was typed, the set has"
        in (drawn(world)[0])
    )

    world.happens(PromotionBlocked(ceremony=c.id, evidence=replace(CLEAR, target="b")))
    assert is_hidden()
    world.now += 5_000
    for _ in ("Sam asks anew", "Kim agrees"):
        (c,) = world.state.open_ceremonies
        assert world.approves(c)
    assert is_hidden()  # what was handed out was for what they had agreed to before
