"""Words a text asks to answer with that somebody else than the campaign would act upon."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sms.lint.advert import Advert
from sms.lint.commands import Command
from sms.lint.findings import Finding, error, warning
from sms.lint.refusal import Effect, Effects

#: Whole messages on which a provider blocks a number by itself (messaging.md, 1.2). STOP is one
#: too, but is what customers know; how to show it is a matter of the refusal.
BLOCKING = frozenset({"STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
#: Those a provider answers by itself.
ANSWERED = frozenset({"START", "YES", "UNSTOP", "HELP", "INFO"})
#: In a menu: after a colon, a comma or "or" with nothing more to say, or before a dash.
_MENU = re.compile(
    r"(?:[/,:]|\b(?:or|vai|или))\s+(?P<after>[A-Z]{3,11})(?=\s*(?:[.,;/)]|$|\n|(?:or|vai|или)\b))"
    r"|(?:^|[\n.;,/:]\s*)(?P<before>[A-Z]{3,11})\s+[-–=]\s"
)


def words_taken(advert: Advert, shown: list[Command], effects: Effects) -> Iterator[Finding]:
    """Refuse words that block the customer, or that we would read as a yes to a consent."""
    sender = advert.draft.sender
    if not sender.hears:
        return
    asked = {c.place.start: c for c in shown if c.target is None or sender.is_number(c.target)}
    places = {start: command.place.text for start, command in asked.items()}
    if sender.filtered and not advert.text.isupper():
        places |= {m.start(m.lastgroup or 0): m[m.lastgroup or 0] for m in _menu(advert)}
    for start, text in sorted(places.items()):
        if start in asked and effects(text, advert.language) is Effect.AGREES:
            yield error(
                "reply_is_consent",
                f"Who answers “{text}” agrees to a consent if we have just asked for one. "
                "Choose another word.",
                start,
            )
        elif sender.filtered:
            yield from _provider(text, start)


def _menu(advert: Advert) -> Iterator[re.Match[str]]:
    return (m for m in _MENU.finditer(advert.text) if not advert.is_address(m.start()))


def _provider(text: str, start: int) -> Iterator[Finding]:
    word = text.upper()
    if word in BLOCKING:
        yield error(
            "provider_blocks",
            f"On “{text}” the provider blocks all texts from this number, service messages too. "
            "Choose another word.",
            start,
        )
    if word in ANSWERED:
        yield warning(
            "provider_answers",
            f"The provider itself acts on “{text}” and answers in our place, in English. "
            "Choose another word.",
            start,
        )
