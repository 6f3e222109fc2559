"""The doors of a promotion: open the modal at once, look meanwhile, ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_bolt import Ack, App

from bot.cards import buttons, modals, phrases, replies
from bot.cards.course import demoted_first
from bot.cards.kit import Json
from bot.listeners.house import LONG_OVER, House
from bot.listeners.looks import Looks
from bot.listeners.modals import Errors, Outcome, Shut, Told, answer
from bot.listeners.visit import Body, Visit, chosen, of_click, of_submission, typed
from bot.people import Door
from bot.reply import ask
from ceremonies import share
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.evidence import Evidence
from ceremonies.roster import Role

_COMMANDER = frozenset({Role.INCIDENT_COMMANDER})
OPEN = Door(name=buttons.PROMOTION_OPEN, roles=_COMMANDER, effects=False)
REQUEST = Door(name=modals.PROMOTION_REQUEST, roles=_COMMANDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionDoors:
    """`promotion.open`, `promotion.request`."""

    house: House
    looks: Looks = field(repr=False)

    def listen(self, app: App) -> None:
        """Hang the doors."""
        app.action(OPEN.name)(self.open)
        app.view(REQUEST.name)(self.request)

    def open(self, ack: Ack, body: Body) -> None:
        """Open the modal from the card's button."""
        ack()
        visit = of_click(body)
        refused = self.house.refusal(visit, OPEN)
        found = self.house.found(visit)
        if refused is not None or found is None:
            self.house.tell_later(OPEN.name, visit, refused or replies.forbidden(LONG_OVER))
            return
        self.show(visit, *found)

    def show(self, visit: Visit, set_name: str, c: Ceremony, *, reason: str = "") -> None:
        """Open the modal with what is known, and put the newest evidence into it when it comes.

        Its first call is `views.open`: the trigger lives for three seconds.
        """
        known = self.looks.newest(set_name, c.cluster)
        view = self._view(set_name, c, known, reason)
        opened = self.house.open_modal(OPEN.name, visit, view)
        if opened:
            self.house.begin(
                OPEN.name, visit, lambda: self._renew(opened, set_name, c, reason=reason)
            )

    def _view(self, set_name: str, c: Ceremony, evidence: Evidence | None, reason: str) -> Json:
        first = demoted_first(self.house.conductor.state(set_name), c)
        return modals.promotion_modal(set_name, c, evidence=evidence, reason=reason, demotes=first)

    def _renew(self, view_id: str, set_name: str, c: Ceremony, *, reason: str) -> None:
        evidence = self.looks.ask(set_name, c.cluster).result()
        view = self._view(set_name, c, evidence, reason)
        # Whoever submitted or closed it meanwhile needs it no more: then Slack says not_found.
        ask(self.house.slack.quick.views_update, view_id=view_id, view=view)

    def request(self, ack: Ack, body: Body) -> None:
        """Ask for the promotion; what is typed wrongly is told in the modal."""
        visit = of_submission(body)
        name, reason = typed(body, modals.CLUSTER), typed(body, modals.REASON)
        lifted = chosen(body, modals.OVERRIDE)
        work = self.house.answered(REQUEST, visit, lambda: self._ask(visit, name, reason, lifted))
        meanwhile = modals.notice_view(
            "Asking every node",
            "Every node of the set is being asked before the promotion is requested. You may "
            "close this: the card in the channel shows what came of it.",
        )
        answer(
            ack,
            visit,
            work,
            meanwhile=meanwhile,
            later=lambda late: self.house.tell_outcome(visit, late),
        )

    def _ask(self, visit: Visit, name: str, reason: str, lifted: tuple[str, ...]) -> Outcome:
        if share.is_shown_in(reason):
            return Errors(errors={modals.REASON: share.SHOWN_WORDS})
        given = self.house.conductor.request_promotion(
            visit.set_name,
            visit.ceremony,
            by=visit.user,
            typed=name,
            reason=reason,
            cause=visit.cause,
            overrides=lifted,
        )
        if not isinstance(given, Refusal):
            where = phrases.place(visit.set_name, given.ceremony.cluster) if given.ceremony else ""
            return Shut(words=f"The promotion of {where} is asked for; its card shows who agrees.")
        if given.reason is Reason.MALFORMED:
            block = modals.REASON if lifted and not reason.strip() else modals.CLUSTER
            return Errors(errors={block: given.words})
        told = self.house.refused(visit.set_name, given)
        return Told(view=modals.notice_view("Not asked for", given.words), card=told)
