"""Lists an account's messages, newest first, filtered and in pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from tests.sms.fake_twilio_errors import Refused
from tests.sms.fake_twilio_state import VERSION, Account, Json, Sms

Span = tuple[datetime, datetime]
_PAGE_SIZE = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


def list_messages(account: Account, query: Mapping[str, str]) -> Json:
    """Return one page.

    A page begins where its token says, not at its number: what came in since the page before
    does not shift it.

    :raises Refused: a date or a token that is none.
    """
    asked = {name: query[name] for name in _FILTERS if name in query}
    spans = {name: _span(value) for name, value in asked.items() if name.startswith("DateSent")}
    found = [m for m in reversed(account.messages) if _suits(m, asked, spans)]
    size, number = int(query.get("PageSize", _PAGE_SIZE)), int(query.get("Page", 0))
    first = _first(found, query.get("PageToken", ""), size)
    shown = found[first : first + size]
    base = f"/{VERSION}/Accounts/{account.sid}/Messages.json?"

    def uri(page: int, token: str = "") -> str:
        more = {"PageToken": token} if token else {}
        return base + urlencode({**asked, "PageSize": size, "Page": page, **more})

    has_next, has_previous = first + size < len(found), first > 0 and number > 0
    return {
        "end": number * size + max(len(shown) - 1, 0),
        "first_page_uri": uri(0),
        "messages": [message.as_json() for message in shown],
        "next_page_uri": uri(number + 1, f"PA{shown[-1].sid}") if has_next else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1, f"PB{shown[0].sid}") if has_previous else None,
        "start": number * size,
        "uri": uri(number, query.get("PageToken", "")),
    }


def _first(found: list[Sms], token: str, size: int) -> int:
    """Return where a page begins: after, or before, the message its token names."""
    if not token:
        return 0
    places = {message.sid: place for place, message in enumerate(found)}
    place = places.get(token[2:])
    if place is None or token[:2] not in {"PA", "PB"}:
        raise Refused(20422, "PageToken")
    return place + 1 if token.startswith("PA") else max(place - size, 0)


def _suits(message: Sms, asked: Mapping[str, str], spans: Mapping[str, Span]) -> bool:
    if message.to != asked.get("To", message.to):
        return False
    if "From" in asked and message.origin != asked["From"]:
        return False
    return all(_was_sent(message, name, span) for name, span in spans.items())


def _was_sent(message: Sms, name: str, span: Span) -> bool:
    """Say whether a message was sent on a day, or up to or since a day or moment."""
    begin, end = span
    if message.sent is None:
        return False
    sent = datetime.fromtimestamp(int(message.sent), UTC)
    if name == "DateSent<":
        return sent <= end
    if name == "DateSent>":
        return sent >= begin
    return sent.date() == begin.astimezone(UTC).date()


def _span(value: str) -> Span:
    """Return the beginning and end of a day, or twice the same moment."""
    try:
        begin = datetime.fromisoformat(value)
    except ValueError as error:
        raise Refused(20422, "DateSent") from error
    begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
    if _DAY.fullmatch(value):
        return begin, begin + timedelta(days=1) - timedelta(microseconds=1)
    return begin, begin
