"""Putting together what checks advertising texts: catalogue, words, understanding, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from app.settings import OptOut, Settings
from consent.catalogue import BrandId, Catalogue
from consent.errors import AddressBroken, ConsentError
from consent.intents import Intent, IntentName, Scope, Wish
from consent.understanding import Lexicon, understand
from locales.ads import load_ads
from sms.lint import Report, lint
from sms.lint.advert import Draft
from sms.lint.refusal import Effect
from sms.lint.sender import SenderBroken, parse_sender
from sms.lint.words import AdWords, build_words

_CHANNEL = "sms"


class CheckRefused(ConsentError):
    """A text cannot be checked as was asked."""

    code = "check"

    @property
    def reason(self) -> str:
        """What to mend in the question."""
        return self.detail or str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdText:
    """A text to check, as somebody outside names its circumstances."""

    text: str
    brand: str
    #: Empty: the number in the brand's settings.
    sender: str = ""
    language: str | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AdDesk:
    """Checks advertising texts of every brand; holds no state of its own."""

    catalogue: Catalogue
    lexicon: Lexicon
    words: Mapping[str, AdWords]
    #: How each brand's provider treats words sent to its number, and which number that is.
    settings: Settings

    def check(self, wanted: AdText) -> Report:
        """Return what there is to say about a text.

        :raises CheckRefused: no such brand or language, no such sender, or a senseless price.
        """
        return lint(self._draft(wanted), self.words, partial(self._effect, wanted.brand))

    def _draft(self, wanted: AdText) -> Draft:
        brands = self.catalogue.brands
        brand = brands.get(BrandId(wanted.brand))
        if brand is None:
            raise CheckRefused(f"The brand must be one of {', '.join(brands)}.")
        if wanted.language is not None and wanted.language not in self.catalogue.languages:
            languages = ", ".join(self.catalogue.languages)
            raise CheckRefused(f"The language must be one of {languages}.")
        if wanted.price is not None and not (wanted.price.is_finite() and wanted.price >= 0):
            raise CheckRefused("The price must be a number like 0.05.")
        twilio = self.settings.twilio[wanted.brand]
        try:
            sender = parse_sender(
                wanted.sender or twilio.sender, filtered=twilio.opt_out is not OptOut.OFF
            )
        except (SenderBroken, AddressBroken) as fault:
            raise CheckRefused(str(fault)) from fault
        return Draft(
            text=wanted.text,
            brand=brand,
            sender=sender,
            other_brands=tuple(b for b in brands.values() if b is not brand),
            language=wanted.language,
            price=wanted.price,
        )

    def _effect(self, brand: str, text: str, language: str | None) -> Effect:
        """Return what a message does, read as the assistant of this brand reads it."""
        intent = understand(text, self.lexicon, language=language)
        if intent.brand not in {None, brand} or not intent.certain or intent.unknown_number:
            return Effect.NOTHING
        if intent.name is IntentName.YES or (intent.name is IntentName.GRANT and intent.purposes):
            return Effect.AGREES
        if intent.name is IntentName.WITHDRAW_ALL:
            everything = intent.scope is Scope.ALL
            return Effect.ENDS_EVERYTHING if everything else Effect.ENDS_ADS
        return self._ended(intent)

    def _ended(self, intent: Intent) -> Effect:
        ended = [w for w in intent.wishes if w.name is IntentName.WITHDRAW and w.certain]
        purposes = {purpose for wish in ended for purpose in wish.purposes}
        if self.catalogue.opening.id in purposes or any(map(_ends_texts, ended)):
            return Effect.ENDS_ADS
        if purposes & {p.id for p in self.catalogue.contacting} or any(w.topics for w in ended):
            return Effect.ENDS_SOME_ADS
        return Effect.ENDS_OTHER if ended else Effect.NOTHING


def _ends_texts(wish: Wish) -> bool:
    return _CHANNEL in wish.channels and not wish.topics


def open_ad_desk(root: Path, settings: Settings, catalogue: Catalogue, lexicon: Lexicon) -> AdDesk:
    """Return what checks advertising texts.

    :raises CatalogueBroken: the words of advertising texts cannot be used.
    """
    words = {x: build_words(x, phrases) for x, phrases in load_ads(root, catalogue).items()}
    return AdDesk(catalogue, lexicon, words, settings)


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as the API and `consent lint-sms --json` show it."""
    cost = report.cost_per_1000
    return {
        "language": report.language,
        "encoding": report.encoding.value,
        "parts": report.parts,
        "characters": report.characters,
        "left": report.left,
        "cost_per_1000": None if cost is None else float(cost),
        "findings": [
            {"code": f.code, "level": f.level.value, "message": f.message, "offset": f.offset}
            for f in report.findings
        ],
    }
