"""Whether a text says who sends it (ISPL, section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sms.lint.advert import Advert
from sms.lint.findings import Finding, error, warning
from sms.lint.words import fold


def named(advert: Advert) -> Iterator[Finding]:
    """Check that the brand is named, by the text or by its sender, and no other brand is."""
    draft = advert.draft
    name = draft.brand.name
    in_sender = not draft.sender.hears and _first(name, fold(draft.sender.text)) is not None
    if not in_sender and not any(not advert.is_address(at) for at in _all(name, advert.folded)):
        in_address = _first(name, advert.folded) is not None
        yield (
            warning(
                "sender_in_address_only",
                f"Only an address names the sender. Begin with “{name}: ”.",
            )
            if in_address
            else error(
                "sender_missing", f"The text does not say who sends it. Begin with “{name}: ”."
            )
        )
    for other in draft.other_brands:
        at = _first(other.name, advert.folded)
        sent = not draft.sender.hears and _first(other.name, fold(draft.sender.text)) is not None
        if at is not None or sent:
            yield warning(
                "other_brand",
                f"The text goes out for {name}, but names {other.name}"
                f"{'' if at is not None else ' as its sender'}.",
                at,
            )


def _first(name: str, folded: str) -> int | None:
    return next(_all(name, folded), None)


def _all(name: str, folded: str) -> Iterator[int]:
    return (m.start() for m in re.finditer(rf"(?<!\w){re.escape(fold(name))}(?!\w)", folded))
