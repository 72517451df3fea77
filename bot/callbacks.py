"""What a button carries: brand, place, option; at most 64 bytes (Bot API, `callback_data`).

`s:lmt:agree:Ployalty_offers:4AD86B149F` – under a screen, of LMT, agree, to the purpose, whose
notice has this code. What comes back may be old, forged or of another bot: it is unpacked
strictly, and the rules look at it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.catalogue import Catalogue
from consent.errors import CatalogueBroken
from consent.replies import Option

_LONGEST = 64
_SEPARATOR = ":"
#: Under a message that changes, or under a receipt that stays.
_SCREEN, _RECEIPT = "s", "r"
_ABOUT = {"P": "purpose", "C": "channel", "T": "topic", "L": "language", "S": "scope"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a button of ours carried."""

    brand: str
    option: Option
    #: It stands under a receipt, which is kept as it is.
    on_receipt: bool


def pack(option: Option, brand: str, *, on_receipt: bool) -> str:
    """Return the data of a button.

    :raises ValueError: an id is too long or holds a colon.
    """
    about = next((k + v for k, n in _ABOUT.items() if (v := getattr(option, n))), "")
    place = _RECEIPT if on_receipt else _SCREEN
    fields = (place, brand, option.name, about, option.notice or "")
    data = _SEPARATOR.join(fields)
    if any(_SEPARATOR in field for field in fields) or len(data.encode()) > _LONGEST:
        raise ValueError(option.name)
    return data


def unpack(data: str) -> Press | None:
    """Return what a button carried, or none if it is none of ours."""
    fields = data.split(_SEPARATOR)
    if len(fields) != 5 or fields[0] not in {_SCREEN, _RECEIPT}:  # noqa: PLR2004
        return None
    place, brand, name, about, notice = fields
    kind = _ABOUT.get(about[:1])
    if about and (kind is None or len(about) == 1):
        return None
    told = {kind: about[1:]} if kind else {}
    option = Option(name=name, notice=notice or None, **told)
    return Press(brand=brand, option=option, on_receipt=place == _RECEIPT)


def check_ids(catalogue: Catalogue) -> None:
    """Refuse ids that no button could carry, at start rather than in a conversation.

    :raises CatalogueBroken: naming the id.
    """
    longest, notice = "agree.automated", "X" * 10
    for brand in catalogue.brands:
        for purpose in catalogue.purposes:
            _try(Option(name=longest, purpose=purpose.id, notice=notice), brand, purpose.id)
        for channel in catalogue.channels:
            _try(Option(name="channel_off", channel=channel.id), brand, channel.id)
        for topic in catalogue.topics:
            _try(Option(name="topic_off", topic=topic.id), brand, topic.id)


def _try(option: Option, brand: str, item: str) -> None:
    try:
        pack(option, brand, on_receipt=True)
    except ValueError as fault:
        raise CatalogueBroken("catalogue", item, "too long for a Telegram button") from fault
