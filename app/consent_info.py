"""Answering CAMARA's one question: may this data be processed, and if not, where to ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import phonenumbers
from msgspec import UNSET

from app.camara_body import Refused, RetrieveBody
from app.camara_routes import Bearer
from app.capture_page import Captures
from consent.addresses import e164
from consent.catalogue import Catalogue
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind, Look
from consent.states import Lens
from consent.verdicts import Question, Reason, Verdict
from marketing.capture import CAPTURE, GOOD_FOR, MOST_LINKS, WITHIN, Errand, is_good_callback
from marketing.checking import CHECK, Asked, check_all
from marketing.consent_info import StatusInfo, open_scopes, questions_of, statuses
from storage.checking import SqlChecking

if TYPE_CHECKING:
    from collections.abc import Callable

#: Lines that nobody gives a consent from.
_NOT_SERVED = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentInfo:
    """Answers one question of one system about one customer."""

    checking: SqlChecking
    catalogue: Catalogue
    lens: Callable[[str], Lens]
    captures: Captures
    #: Where customers may be sent back to, by brand: beginnings of addresses.
    callbacks: Mapping[str, Sequence[str]]

    async def retrieve(self, bearer: Bearer, body: RetrieveBody) -> dict[str, Any]:
        """Return `RetrieveStatusResponseBody`; it is in the customer's read log by then.

        What a system may not ask at all is refused before anybody is looked for.

        :raises Refused: there is no answer to this question.
        :raises StoreUnavailable: nobody looked.
        """
        token, number = bearer.token, _number(bearer, body)
        questions = questions_of(self.catalogue, token.brand, body.purpose, body.scopes)
        if questions is None:
            raise Refused(
                403,
                "CONSENT_INFO.NOT_ALLOWED_SCOPES_PURPOSE",
                "These scopes and this purpose are not open to this API consumer together.",
            )
        callback = body.callback_url
        registered = self.callbacks.get(token.brand, ())
        if callback is not UNSET and not is_good_callback(callback, registered):
            raise Refused(
                403,
                "CONSENT_INFO.INVALID_CALLBACK_URL",
                "This callback URL is not registered for this API consumer, or not safe.",
            )
        address, viewer = _address(number), f"system:{token.holder}"
        lens = self.lens(token.brand)
        if body.request_capture_url:
            await self._refuse_too_many(lens, address, viewer)
        purpose_of_look = CAPTURE if body.request_capture_url else CHECK
        verdicts = await self._consult(lens, address, questions, viewer, purpose_of_look)
        errand = Errand(
            brand=token.brand,
            number=number,
            purpose=body.purpose,
            scopes=tuple(questions),
            open=open_scopes(verdicts),
            viewer=viewer,
            callback=None if callback is UNSET else callback,
            until=lens.now + GOOD_FOR,
        )
        return self._answer(body, verdicts, errand)

    async def _refuse_too_many(self, lens: Lens, address: Address, viewer: str) -> None:
        look = Look(
            brand=lens.brand, address=address, viewer=viewer, purpose_of_look=CAPTURE, at=lens.now
        )
        if await self.checking.looks(look, lens.now - WITHIN) >= MOST_LINKS:
            raise Refused(
                403,
                "CONSENT_INFO.CAPTURE_FREQUENCY_EXCEEDED",
                f"{MOST_LINKS} capture URLs were given out for this number within a day.",
            )

    async def _consult(
        self,
        lens: Lens,
        address: Address,
        questions: Mapping[str, Question],
        viewer: str,
        purpose_of_look: str,
    ) -> dict[str, Verdict]:
        asked = [Asked(question=question, address=address) for question in questions.values()]
        found = await check_all(self.checking, lens, asked, viewer, purpose_of_look)
        if any(verdict.reason is Reason.UNKNOWN_ADDRESS for verdict in found):
            raise _nobody(address.value)
        return dict(zip(questions, found, strict=True))

    def _answer(
        self, body: RetrieveBody, verdicts: Mapping[str, Verdict], errand: Errand
    ) -> dict[str, Any]:
        items = [_item(body.purpose, status) for status in statuses(verdicts)]
        answer: dict[str, Any] = {"statusInfo": items}
        if body.request_capture_url and errand.open:
            answer["captureUrl"] = self.captures.link(errand)
        return answer


def _number(bearer: Bearer, body: RetrieveBody) -> str:
    if bearer.number is not None:
        if body.phone_number is not UNSET:
            raise Refused(
                422,
                "UNNECESSARY_IDENTIFIER",
                "The phone number is already identified by the access token.",
            )
        return bearer.number
    if body.phone_number is UNSET:
        raise Refused(422, "MISSING_IDENTIFIER", "The phone number cannot be identified.")
    return body.phone_number


def _address(number: str) -> Address:
    try:
        return Address(AddressKind.MSISDN, e164(number))
    except AddressBroken as fault:
        raise _nobody(number) from fault


def _nobody(number: str) -> Refused:
    """Return why nothing can be said of a number: not of our kind, or not known."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        kind = phonenumbers.PhoneNumberType.UNKNOWN
    if kind in _NOT_SERVED:
        return Refused(
            422,
            "SERVICE_NOT_APPLICABLE",
            "The service is not available for this phone number: consents are given from mobiles.",
        )
    return Refused(404, "IDENTIFIER_NOT_FOUND", "Phone number not found.")


def _item(purpose: str, status: StatusInfo) -> dict[str, Any]:
    item: dict[str, Any] = {
        "scopes": list(status.scopes),
        "purpose": purpose,
        "statusValidForProcessing": status.valid,
    }
    if status.reason is not None:
        item["statusReason"] = status.reason.value
    if status.expires is not None:
        item["expirationDate"] = _rfc3339(status.expires)
    return item


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
