"""The ceremony beside a model: people, outsiders, time and broken replicas do as they please.

What the bot does is the conductor's own code. Around it stand, in memory: the log, the keychain,
the clock, and a model of Vault. At every border that a replica's step passes, it may die, lose a
reply, or hang while another replica goes on.
"""

from __future__ import annotations

from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ceremonies.ceremony import AttemptState, Phase
from ceremonies.commands import Approve, Cancel, Decline, Extend, Freeze, Nudge, Reject, Thaw
from ceremonies.decide import Terms
from ceremonies.events import Purpose
from ceremonies.topology import ApprovalRules
from tests.ceremonies.cast import HOLDERS, KIM, ROSTER, SAM, rules
from tests.ceremonies.model.fate import Blow, Fate
from tests.ceremonies.model.replica import Replica
from tests.ceremonies.model.stage import Plan, Stage, everything_owed, is_collecting
from tests.ceremonies.model.world import ModelWorld

SPANS = (1, 5, 31, 70, 6 * 60, 16 * 60, 31 * 60)
RESTARTABLE = (Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED)
PURPOSES = (Purpose.PROMOTE, Purpose.PROMOTE, Purpose.DRILL)
replicas = st.integers(min_value=0, max_value=1)
people = st.sampled_from((*HOLDERS[:2], SAM, KIM))
xs = st.integers(min_value=1, max_value=5)
blows = st.builds(
    Fate,
    blow=st.sampled_from([blow for blow in Blow if blow is not Blow.NONE]),
    border=st.sampled_from((0, 0, 0, 1, 1, 2, 3, 4, 5, 6)),
    hangs=st.sampled_from((5, 31, 70)),
    restarted=st.sampled_from((False, False, True)),
)
fates = st.none() | blows

begun = st.builds(
    Plan,
    purpose=st.sampled_from(PURPOSES),
    far=st.integers(min_value=1, max_value=7),
    asks=people,
    agrees=st.booleans(),
    pause=st.sampled_from((0, 0, 16 * 60)),
    fate=fates,
)
# What is about to be promoted is where most can go wrong, and chance alone seldom comes so far.
nearly_promoted = st.builds(
    Plan,
    purpose=st.just(Purpose.PROMOTE),
    far=st.sampled_from((6, 7)),
    asks=people,
    agrees=st.booleans(),
    pause=st.sampled_from((0, 0, 16 * 60)),
    fate=fates,
)
plans = begun | nearly_promoted


class CeremonyBesideAModel(RuleBasedStateMachine):
    """Two replicas, one set, one secondary `b`."""

    stage: Stage

    @initialize(
        rule=st.builds(
            ApprovalRules,
            promote_approvers=st.integers(min_value=0, max_value=3),
            holders_count=st.booleans(),
        ),
        plan=plans,
    )
    def opens(self, rule: ApprovalRules, plan: Plan) -> None:
        """Everything is new; then the usual happens for a while."""
        terms = Terms(rules=rules(approval=rule), roster=ROSTER)
        self.stage = Stage(ModelWorld(terms=terms))
        self.stage.usual(plan)

    # -- the bot -------------------------------------------------------------------------------

    @rule(which=replicas, fate=fates, at=st.integers(min_value=0, max_value=3))
    def does_what_is_owed(self, which: int, fate: Fate | None, at: int) -> None:
        """One replica finds what is owed and does one thing of it."""
        due = self.stage.replicas[which].due
        if due:
            self.stage.step(which, partial(Replica.does, due=due[at % len(due)]), fate)

    @rule(which=replicas, fate=fates)
    def does_everything(self, which: int, fate: Fate | None) -> None:
        """One replica has a minute."""
        self.stage.step(which, everything_owed, fate)

    @rule(which=replicas)
    def finds_what_is_owed(self, which: int) -> None:
        """One replica finds what is owed and is too busy to do it now."""
        self.stage.found[which] = self.stage.replicas[which].due

    @precondition(lambda self: any(self.stage.found))
    @rule(which=replicas)
    def does_late_what_it_found(self, which: int) -> None:
        """What it found to be owed may have been done since, or be owed no more."""
        for due in self.stage.found[which]:
            self.stage.step(which, partial(Replica.does, due=due))
        self.stage.found[which] = []

    @rule(seconds=st.sampled_from(SPANS))
    def time_passes(self, seconds: int) -> None:
        """Nobody does anything."""
        self.stage.world.clock.passes(seconds)

    # -- people --------------------------------------------------------------------------------

    @precondition(lambda self: self.stage.ceremony is None)
    @rule(plan=plans)
    def starts(self, plan: Plan) -> None:
        """Sam starts a ceremony, and the usual happens for a while."""
        self.stage.usual(plan)

    @precondition(lambda self: self.stage.ceremony)
    @rule(plan=plans)
    def starts_anew(self, plan: Plan) -> None:
        """Sam calls this one off and starts another one at once."""
        assert self.stage.ceremony is not None
        self.stage.wishes(0, Cancel(ceremony=self.stage.ceremony.id, by=SAM), SAM)
        self.stage.usual(plan)

    @precondition(lambda self: is_collecting(self.stage))
    @rule(which=replicas, x=xs, right=st.sampled_from((True, True, True, False)), fate=fates)
    def gives(self, which: int, x: int, *, right: bool, fate: Fate | None) -> None:
        """A holder pastes a share, which may be another cluster's."""
        self.stage.gives(which, x, right=right, fate=fate)

    @precondition(lambda self: is_collecting(self.stage))
    @rule(which=replicas, count=st.integers(min_value=1, max_value=3))
    def several_give(self, which: int, count: int) -> None:
        """Holders who know what they do, one after the other."""
        for x in range(1, count + 1):
            self.stage.gives(which, x)

    @precondition(lambda self: self.stage.ceremony)
    @rule(which=replicas, kind=st.sampled_from((Cancel, Extend, Freeze, Nudge)), by=people)
    def somebody_clicks(
        self, which: int, kind: type[Cancel | Extend | Freeze | Nudge], by: str
    ) -> None:
        """A button of the card."""
        assert self.stage.ceremony is not None
        self.stage.wishes(which, kind(ceremony=self.stage.ceremony.id, by=by), by)

    @precondition(lambda self: self.stage.ceremony and self.stage.ceremony.frozen)
    @rule(which=replicas, people=st.sampled_from(((SAM, KIM), (HOLDERS[0], SAM), (KIM,))))
    def some_thaw(self, which: int, people: tuple[str, ...]) -> None:
        """They talked it over."""
        for by in people:
            if self.stage.ceremony is not None:
                self.stage.wishes(which, Thaw(ceremony=self.stage.ceremony.id, by=by), by)

    @precondition(lambda self: is_collecting(self.stage))
    @rule(which=replicas, x=xs)
    def declines(self, which: int, x: int) -> None:
        """A holder cannot take part."""
        assert self.stage.ceremony is not None
        by = HOLDERS[x - 1]
        self.stage.wishes(which, Decline(ceremony=self.stage.ceremony.id, holder=by), by)

    @precondition(lambda self: self.stage.ceremony and not self.stage.ceremony.request)
    @rule(which=replicas, by=people, alone=st.booleans())
    def asks_to_promote(self, which: int, by: str, *, alone: bool) -> None:
        """Somebody asks; Kim may approve at once."""
        if alone:
            self.stage.asks_to_promote(which, by)
        else:
            self.stage.two_agree(which)

    @precondition(lambda self: self.stage.ceremony and self.stage.ceremony.request)
    @rule(which=replicas, kind=st.sampled_from((Approve, Approve, Reject)), by=people)
    def somebody_answers(self, which: int, kind: type[Approve | Reject], by: str) -> None:
        """Yes or no to what was asked."""
        self.stage.answers(which, kind, by)

    @precondition(lambda self: self.stage.ceremony and self.stage.ceremony.phase in RESTARTABLE)
    @rule(which=replicas, agrees=st.booleans(), chosen=st.booleans())
    def restarts(self, which: int, *, agrees: bool, chosen: bool) -> None:
        """Sam wants a new attempt."""
        self.stage.restarts(which, agrees=agrees, chosen=chosen)

    # -- outsiders and the world ---------------------------------------------------------------

    @rule(what=st.sampled_from(("start", "cancel", "leader", "right", "wrong", "wrong")), x=xs)
    def an_outsider_meddles(self, what: str, x: int) -> None:
        """Anybody can, where attempts need no token; and leaders change."""
        self.stage.meddles(what, x)

    @rule(what=st.sampled_from(("away", "catching up", "a wakes", "a is a secondary", "otp lost")))
    def something_breaks(self, what: str) -> None:
        """For a while, or for good."""
        self.stage.breaks(what)

    @precondition(lambda self: self.stage.is_broken)
    @rule()
    def all_is_mended(self) -> None:
        """Somebody looked after it."""
        self.stage.is_mended()

    @precondition(lambda self: self.stage.world.vault.mode is None)
    @rule(mode=st.sampled_from(("primary", "primary", "secondary")))
    def the_promotion_goes_on(self, mode: str) -> None:
        """The cluster is back: as the primary it should be, or as what it was."""
        self.stage.world.vault.mode = mode

    @precondition(lambda self: self.stage.world.vault.mode == "primary")
    @rule()
    def it_is_a_secondary_again(self) -> None:
        """A failback was made by hand: ceremonies may begin anew."""
        if self.stage.ceremony is None:
            self.stage.world.vault.mode = "secondary"

    # -- what must be true ---------------------------------------------------------------------

    @invariant()
    def one_ceremony_at_most_is_open(self) -> None:
        """On a cluster; an intent is of a ceremony that is not forgotten; a nonce is of one."""
        state = self.stage.watcher.state
        nonces = [c.nonce for c in state.ceremonies if c.nonce]
        assert len(nonces) == len(set(nonces)), "two ceremonies have one attempt"
        assert len(state.open_ceremonies) <= 1
        for intent in state.intents.values():
            assert state.find(intent.ceremony) is not None

    @invariant()
    def no_deadline_is_past_the_maximum(self) -> None:
        """Whatever moved it."""
        assert all(c.deadline <= c.max_at for c in self.stage.watcher.state.ceremonies)

    @invariant()
    def replicas_agree(self) -> None:
        """Every replica that has read it all has the same state as whoever reads plain JSON."""
        truth = self.stage.watcher.state
        for replica in self.stage.replicas:
            known = replica.station.ledger.state
            assert known.n != truth.n or known == truth

    @rule(which=replicas)
    def a_look_tells_the_truth(self, which: int) -> None:
        """With nothing under way, one look at Vault is enough to show what it has."""
        vault = self.stage.world.vault
        if self.stage.watcher.state.intents or vault.away or vault.mode != "secondary":
            return
        self.stage.step(which, Replica.follows)
        c = self.stage.ceremony
        if c is not None and c.phase is Phase.COLLECTING:
            assert c.attempt is AttemptState.OPEN
            assert (c.nonce, c.progress) == (vault.nonce, len(vault.given))

    def teardown(self) -> None:
        """Left alone, everything comes to its end; folded anew, it is the same."""
        if hasattr(self, "stage") and not self.stage.watcher.is_reading:
            self.stage.comes_to_rest()
            assert self.stage.folded_anew() == self.stage.watcher.state


CeremonyBesideAModel.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestTheCeremonyBesideAModel = CeremonyBesideAModel.TestCase
