"""Advertising texts checked with the shipped words and the real understanding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.ad_texts import AdDesk, AdText, open_ad_desk
from app.settings import load_settings
from locales import ROOT
from sms.lint import Report
from sms.lint.findings import Finding, Level
from tests.understanding import CATALOGUE, LEXICON

NUMBER, SHORT = "+37120000000", "1632"


def ad_desk(opt_out: str = "default") -> AdDesk:
    """Return what checks texts, for a provider that filters in this way."""
    settings = load_settings(CATALOGUE, {"CONSENT_LMT_TWILIO_OPT_OUT": opt_out})
    return open_ad_desk(ROOT, settings, CATALOGUE, LEXICON)


_DESKS = {opt_out: ad_desk(opt_out) for opt_out in ("default", "advanced", "off")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How a text goes out."""

    sender: str = NUMBER
    brand: str = "lmt"
    language: str | None = None
    price: Decimal | None = None
    opt_out: str = "default"


BY_NUMBER = Circumstances()
BY_NAME = Circumstances(sender="LMT")


def report(text: str, how: Circumstances = BY_NUMBER) -> Report:
    """Return what there is to say about a text."""
    wanted = AdText(
        text=text,
        brand=how.brand,
        sender=how.sender,
        language=how.language,
        price=how.price,
    )
    return _DESKS[how.opt_out].check(wanted)


def findings(text: str, how: Circumstances = BY_NUMBER) -> dict[str, Finding]:
    """Return the first finding of each kind."""
    return {found.code: found for found in reversed(report(text, how).findings)}


def errors(text: str, how: Circumstances = BY_NUMBER) -> set[str]:
    """Return the kinds of errors found."""
    return {f.code for f in report(text, how).findings if f.level is Level.ERROR}


def quoted(text: str, how: Circumstances, code: str) -> str:
    """Return what stands in a text at the place of a finding, to the end of the word."""
    offset = findings(text, how)[code].offset
    assert offset is not None
    return text[offset:].split(maxsplit=1)[0]
