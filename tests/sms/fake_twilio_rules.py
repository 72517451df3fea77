"""What Twilio refuses to send, and by which sender it sends the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from tests.sms.fake_twilio_contract import Breach, Flaw, Pairs, request_breaches
from tests.sms.fake_twilio_errors import Refused, masked
from tests.sms.fake_twilio_state import Account, Sender

_LONGEST = 1600
_LONGEST_WAIT = 36_000
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", re.ASCII)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_UNDECIDED = {"To": 21604}


@dataclass(frozen=True, slots=True)
class Route:
    """From whom a message goes out; a name has no sender, a service none as yet."""

    origin: str | None
    sender: Sender | None
    service: str | None = None


def check_request(operation: str, *, path: Pairs, query: Pairs, form: Pairs) -> None:
    """Hold a request against Twilio's own description.

    :raises Refused: it is not as described.
    """
    found = request_breaches(operation, path=path, query=query, form=form)
    unknown = [b.name for b in found if b.flaw is Flaw.UNKNOWN]
    if unknown:
        raise Refused(20001, ", ".join(unknown))
    for breach in found:
        raise _refusal(breach)


def _refusal(breach: Breach) -> Refused:
    if breach.flaw is Flaw.MISSING:
        return Refused(_UNDECIDED.get(breach.name, 20422), breach.name)
    known = {"StatusCallback": 21609, "PageSize": 20007, "AccountSid": 20404, "Sid": 20404}
    return Refused(known.get(breach.name, 20422), breach.name)


def check_send(account: Account, wanted: Mapping[str, str]) -> Route:
    """Return by whom a message goes out.

    :raises Refused: it does not.
    """
    to = wanted.get("To", "")
    if not to:
        raise Refused(21604)
    route = _route(account, wanted)
    _check_body(wanted)
    _check_receiver(account, to)
    if to == route.origin:
        raise Refused(21266, to)
    if route.sender and route.service is None and to in route.sender.blocked:
        raise Refused(21610)
    return route


def _route(account: Account, wanted: Mapping[str, str]) -> Route:
    origin, service = wanted.get("From", ""), wanted.get("MessagingServiceSid", "")
    if service:
        pool = [s for s in account.senders.values() if s.service == service]
        if not pool:
            raise Refused(21703, service)
        return Route(None, next((s for s in pool if s.number == origin), pool[0]), service)
    if not origin:
        raise Refused(21603)
    if origin in account.senders:
        return Route(origin, account.senders[origin])
    if not _NAME.fullmatch(origin):
        raise Refused(21659, origin)
    if origin not in account.names:
        raise Refused(21657, origin)
    return Route(origin, None)


def _check_body(wanted: Mapping[str, str]) -> None:
    body = wanted.get("Body", "")
    if not body:
        raise Refused(21619)
    if len(body) > _LONGEST:
        raise Refused(21617)
    if not 1 <= int(wanted.get("ValidityPeriod", 1)) <= _LONGEST_WAIT:
        raise Refused(20422, "ValidityPeriod")


def _check_receiver(account: Account, to: str) -> None:
    """Refuse whom no message can or may reach."""
    try:
        number = phonenumbers.parse(to)
    except NumberParseException as error:
        raise Refused(21211, masked(to)) from error
    if not _NUMBER.fullmatch(to) or not phonenumbers.is_valid_number(number):
        raise Refused(21211, masked(to))
    kind = phonenumbers.number_type(number)
    if number.country_code not in account.countries or kind == PhoneNumberType.PREMIUM_RATE:
        raise Refused(21408, masked(to))
    if kind == PhoneNumberType.FIXED_LINE:
        raise Refused(21635, masked(to))
