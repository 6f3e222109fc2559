"""What people do themselves: the whole command, where its secrets come from, when it is shown."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.by_hand import by_hand
from bot.cards.steps import line
from ceremonies.commands import ApproveStep, ContinueStep, Refusal, RequestStep
from ceremonies.events import Action, Play
from tests.bot.cards.test_plan_card import COLLECTED, minted
from tests.bot.cards.test_runbook_calls import refused, said
from tests.bot.cards.test_runbook_card import PAIR, begun, the
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.runbooks.world import CLEAR, World

UPDATE_PRIMARY = (
    "vault write sys/replication/dr/secondary/update-primary "
    'dr_operation_token="$DR_OPERATION_TOKEN" token="$ACTIVATION_TOKEN"```'
)


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


def test_a_command_is_shown_whole() -> None:
    """However long: what is cut off cannot be run."""
    world = begun(Play.REPOINT, PAIR, target="b", source="a")
    step = the(world).of(Action.UPDATE_PRIMARY)
    assert step is not None
    told = by_hand(world.state, the(world), replace(step, by_hand=True), world.terms.rules)
    assert f"Do it by hand, Conclave waits for the evidence: \n```{UPDATE_PRIMARY}" in told
    make = "vault write -field=wrapping_token sys/replication/dr/primary/secondary-token"
    assert (
        f"made on payments/a by whoever may do so; it works once, for 30 minutes: \n```{make}"
        in (told)
    )


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


def test_a_demotion_waits_for_the_promotions_approvals() -> None:
    """Where the bot may not demote, nobody has the command before the promotion could follow."""
    world = taken(Play.PLANNED_FAILOVER, target="b", source="a")
    refused(world, by_hand=True)
    for _ in ("Sam asks", "Kim agrees"):
        assert "vault write" not in shown(world, "demote:a")
        assert "Its command is shown, for people to run, only when" in shown(world, "demote:a")
        assert "hand:demote:a:0" not in said(world)
        (c,) = world.state.open_ceremonies
        assert world.approves(c)
    assert "vault write -f sys/replication/dr/primary/demote" in shown(world, "demote:a")
    assert "yours to do by hand" in said(world)["hand:demote:a:0"]
