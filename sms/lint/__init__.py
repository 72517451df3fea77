"""Checking an advertising text before it goes out: law, sender, language, cost and risks.

Pure: words and the understanding of customers' messages are handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sms.encoding import Encoding, cost
from sms.lint import risks
from sms.lint.advert import Advert, Draft, see
from sms.lint.commands import commands
from sms.lint.findings import Finding, Level, by_weight, error
from sms.lint.language import spoken_languages
from sms.lint.length import characters, length, room
from sms.lint.naming import named
from sms.lint.refusal import Effects, answers_to_a_name, refusal
from sms.lint.replies import words_taken
from sms.lint.sender import foreign_sender
from sms.lint.words import AdWords

#: The longest text a provider takes (messaging.md, 2.1).
LONGEST = 1600
_RULES = (
    *(named, spoken_languages, length, characters, risks.placeholders, risks.links),
    *(risks.numbers, risks.shouting, risks.invisible, risks.lookalikes),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What there is to say about a text."""

    #: None: not recognised.
    language: str | None
    encoding: Encoding
    parts: int
    #: As they are charged: a character like € or an emoji counts as two.
    characters: int
    #: That still go into the last part.
    left: int
    #: Of a thousand messages; none without a price.
    cost_per_1000: Decimal | None
    #: The heaviest first.
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether the text can go out: nothing found is an error."""
        return not any(found.level is Level.ERROR for found in self.findings)


def lint(draft: Draft, words: Mapping[str, AdWords], effects: Effects) -> Report:
    """Return what there is to say about a text.

    :param words: by language; the languages a text can be in.
    :param effects: what a message does when a customer sends it.
    """
    found = cost(draft.text)
    # A text that cannot be sent is looked at no further than it could be.
    advert = see(replace(draft, text=draft.text[:LONGEST]), words)
    return Report(
        language=advert.language,
        encoding=found.encoding,
        parts=found.parts,
        characters=found.units,
        left=room(draft.text),
        cost_per_1000=None if draft.price is None else found.parts * draft.price * 1000,
        findings=tuple(sorted(_findings(draft, advert, effects), key=by_weight)),
    )


def _findings(draft: Draft, advert: Advert, effects: Effects) -> list[Finding]:
    if not draft.text.strip():
        return [error("empty", "There is no text.")]
    if len(draft.text) > LONGEST:
        long = f"{len(draft.text)} characters; providers take {LONGEST} at most."
        return [error("too_long", f"{long} Nothing else was checked.", LONGEST)]
    shown = commands(advert)
    return [
        *refusal(advert, shown, effects),
        *answers_to_a_name(advert, shown),
        *words_taken(advert, shown, effects),
        *foreign_sender(draft.sender),
        *(finding for rule in _RULES for finding in rule(advert)),
    ]
