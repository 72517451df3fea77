"""Check a number: may we contact this customer, over which channel, and why.

The number travels in a form, never in an address that a log or a history would keep, and is not
shown again in full to whoever may see it masked alone. Each look is noted before it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict

from app.composition import Assistant
from app.marketing.masking import in_full, masked
from app.marketing.session import Asking, Staff, StaffDoor, needs
from app.marketing.standings import standing_rows
from app.marketing.terms import Terms
from app.whom import whom
from consent.decisions import CustomerId, Decision
from consent.errors import AddressBroken
from consent.ports import Address, Look
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, Reason, Verdict, check_question
from marketing.access import Right, StaffSession
from marketing.checking import CHECK, Asked, Consulting, check_all
from storage.ledger import SqlLedger

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

#: What those see of a history who may not see all of it.
_SHORT = 10
_LONGEST_REASON = 200
_LARGEST = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was filled in."""

    address: Address | None = field(repr=False, default=None)
    purposes: Sequence[str] = ()
    channel: str = ""
    topic: str = ""
    reason: str = field(repr=False, default="")
    #: What is wrong with it, by field: names of texts.
    wrong: dict[str, str] = field(default_factory=dict)

    def question(self, brand: str) -> Question:
        """Return what is asked."""
        first, *also = self.purposes
        return Question(
            brand=brand,
            purpose=first,
            also=tuple(also),
            channel=self.channel or None,
            topic=self.topic or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is shown of a customer."""

    verdict: Verdict
    lens: Lens
    #: The customer's decisions, oldest first, to those who may see standings.
    decisions: tuple[Decision, ...] | None = None
    #: Their pseudonym, to those who may see everything.
    customer: CustomerId | None = None

    @property
    def standing(self) -> Standing:
        """What the decisions add up to."""
        return Standing().with_decisions(self.decisions or ())


@dataclass(frozen=True, slots=True)
class NumberPage:
    """Shows the form, and what was found."""

    door: StaffDoor
    assistant: Assistant
    consulting: Consulting
    ledger: SqlLedger

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the routes of the page."""
        guards = [needs(Right.VERDICT)]

        @get("/marketing/number", guards=guards)
        async def ask(staff: Staff) -> Response[str]:
            opening = str(self.assistant.catalogue.opening.id)
            return self._page(staff, Filled(purposes=(opening,)), None)

        @post("/marketing/number", guards=guards, status_code=200, request_max_body_size=_LARGEST)
        async def answer(request: Asking, staff: Staff) -> Response[str]:
            filled = self._read(await request.form(), staff)
            if filled.wrong:
                return self._page(staff, filled, None, status=400)
            return self._page(staff, filled, await self._look(filled, staff))

        return [ask, answer]

    def _read(self, form: FormMultiDict, staff: StaffSession) -> Filled:
        said = {name: str(form.get(name, "")).strip() for name in ("channel", "topic", "reason")}
        purposes = [str(purpose) for purpose in form.getall("purpose", [])]
        wrong: dict[str, str] = {}
        address = address_of(str(form.get("address", "")), str(form.get("crm_id", "")))
        if address is None:
            wrong["address"] = "number.wrong.address"
        if not purposes:
            wrong["purpose"] = "number.wrong.purpose"
        reason = " ".join(said["reason"].split())[:_LONGEST_REASON]
        if not reason and staff.may(Right.STANDING):
            wrong["reason"] = "number.wrong.reason"
        filled = Filled(
            address=address,
            purposes=purposes,
            channel=said["channel"],
            topic=said["topic"],
            reason=reason,
            wrong=wrong,
        )
        if purposes:
            try:
                check_question(filled.question(staff.brand), self.assistant.catalogue)
            except KeyError:
                wrong["purpose"] = "number.wrong.purpose"
        return filled

    async def _look(self, filled: Filled, staff: StaffSession) -> Found:
        address = filled.address
        if address is None:
            raise AddressBroken
        lens = self.assistant.house.lens(staff.brand, self.assistant.clock.now())
        why = filled.reason or CHECK
        asked = Asked(question=filled.question(staff.brand), address=address)
        (verdict,) = await check_all(self.consulting, lens, [asked], staff.viewer, why)
        decisions = None
        if staff.may(Right.STANDING):
            look = Look(
                brand=staff.brand,
                address=address,
                viewer=staff.viewer,
                purpose_of_look=why,
                at=lens.now,
            )
            decisions, _, _ = await self.ledger.inspect(look)
        customer = None
        if staff.may(Right.HISTORY):
            customer = await self.ledger.customer_of(staff.brand, address)
        return Found(verdict=verdict, lens=lens, decisions=decisions, customer=customer)

    def _page(
        self, staff: StaffSession, filled: Filled, found: Found | None, status: int = 200
    ) -> Response[str]:
        catalogue = self.assistant.catalogue
        show = in_full if staff.may(Right.NUMBERS) else masked
        terms = Terms(self.assistant, staff)
        return self.door.frame.page(
            staff,
            "number.html",
            section="number",
            status=status,
            terms=terms,
            filled=filled,
            whom=show(filled.address) if filled.address else "",
            purposes=[p.id for p in catalogue.purposes],
            channels=[c.id for c in catalogue.channels],
            topics=[t.id for t in catalogue.topics],
            needs_reason=staff.may(Right.STANDING),
            longest=_LONGEST_REASON,
            found=found,
            standings=(
                standing_rows(found.lens, found.standing, terms)
                if found and found.decisions
                else ()
            ),
            history=_history(found, terms, staff) if found and found.decisions else (),
            short=not staff.may(Right.HISTORY),
            Reason=Reason,
        )


def address_of(text: str, crm_id: str = "") -> Address | None:
    """Return whom staff mean by what they typed: a number or an e-mail address, or a CRM id."""
    try:
        return whom(text.strip(), crm_id.strip())
    except AddressBroken:
        return None


def _history(found: Found, terms: Terms, staff: StaffSession) -> list[dict[str, str]]:
    """Return what was decided, newest first; the words as said to those who may see them."""
    decisions = list(reversed(found.decisions or ()))
    is_whole = staff.may(Right.HISTORY)
    return [
        {
            "heading": terms.heading(decision),
            "at": terms.moment(decision.said_at),
            "door": terms.door(decision.door),
            "actor": "" if decision.actor == "customer" else decision.actor,
            "id": decision.id,
            "words": decision.evidence.words if decision.evidence and is_whole else "",
            "erased": "yes" if is_whole and decision.evidence is None else "",
        }
        for decision in (decisions if is_whole else decisions[:_SHORT])
    ]
