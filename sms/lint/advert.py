"""An advertising text as the rules see it: folded, its language known, its links found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import phonenumbers

from consent.catalogue import Brand
from sms.lint.language import Languages, languages
from sms.lint.sender import Sender
from sms.lint.words import AdWords, fold

_LINK = re.compile(
    r"(?<![\w@.-])(?:https?://\S+|www\.\S+"
    r"|(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[a-z]{2,24}(?=/)"
    r"|lv|com|eu|net|org|info|biz|shop|app|page|link|online|site|io|co|me|ly|gl|gd|gg|uz|cc|at|id"
    r"|to|tv|ee|lt|pl|de|uk|us|sh|ae|ink|pub|pw|su|ru|рф)"
    r"(?![\w@-])(?::[0-9]+)?(?:[/?#]\S*)?)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}\w")
_AFTER_LINK = ".,;:!?)]}»”\"'…"
_HOME = "LV"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text."""

    start: int
    end: int
    text: str

    def holds(self, offset: int) -> bool:
        """Say whether a character stands in it."""
        return self.start <= offset < self.end


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in a text."""

    place: Place
    foreign: bool
    premium: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to send."""

    text: str
    brand: Brand
    sender: Sender
    other_brands: tuple[Brand, ...] = ()
    #: As its writer says; none: recognised.
    language: str | None = None
    #: Of one part.
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """A draft, and what can be seen in it. Places count in `text`, letters composed."""

    draft: Draft
    text: str
    folded: str
    language: str | None
    spoken: Languages
    words: Mapping[str, AdWords]
    links: tuple[Place, ...]
    mails: tuple[Place, ...]
    phones: tuple[Phone, ...]

    @property
    def own_words(self) -> AdWords:
        """The words of the text's language, or of the brand's if it is not known."""
        return self.words[self.language or self.draft.brand.default_language]

    def is_address(self, offset: int) -> bool:
        """Say whether a character is part of a link or an e-mail address."""
        return any(place.holds(offset) for place in (*self.links, *self.mails))


def see(draft: Draft, words: Mapping[str, AdWords]) -> Advert:
    """Return a draft as the rules see it."""
    text = unicodedata.normalize("NFC", draft.text)
    folded = fold(text)
    mails = tuple(Place(m.start(), m.end(), m[0]) for m in _MAIL.finditer(text))
    links = tuple(link for link in _links(text) if not any(m.holds(link.start) for m in mails))
    spoken = languages(text, folded, words, [(p.start, p.end) for p in (*links, *mails)])
    return Advert(
        draft=draft,
        text=text,
        folded=folded,
        language=draft.language or spoken.main(draft.brand.default_language),
        spoken=spoken,
        words=words,
        links=links,
        mails=mails,
        phones=tuple(p for p in _phones(text) if not any(x.holds(p.place.start) for x in links)),
    )


def _links(text: str) -> Iterator[Place]:
    for found in _LINK.finditer(text):
        link = found[0].rstrip(_AFTER_LINK)
        yield Place(found.start(), found.start() + len(link), link)


def _phones(text: str) -> Iterator[Phone]:
    """Yield numbers that exist; digits with dots between them are dates."""
    home = phonenumbers.country_code_for_region(_HOME)
    for match in phonenumbers.PhoneNumberMatcher(text, _HOME):
        if "." in match.raw_string:
            continue
        kind = phonenumbers.number_type(match.number)
        yield Phone(
            Place(match.start, match.end, match.raw_string),
            foreign=match.number.country_code != home,
            premium=kind == phonenumbers.PhoneNumberType.PREMIUM_RATE,
        )
