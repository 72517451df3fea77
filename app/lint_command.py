"""`consent lint-sms`: what there is to say about advertising texts before they go out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from app.ad_texts import AdText, CheckRefused, as_json, open_ad_desk
from app.settings import load_settings
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from sms.lint import Report
from sms.lint.findings import Finding
from sms.lint.language import name_of

_BETWEEN = re.compile(r"^---[ \t]*$", re.MULTILINE)
_STDIN = "-"


def run_lint(  # noqa: PLR0913
    file: str,
    *,
    brand: str,
    sender: str,
    language: str | None,
    price: str | None,
    as_lines_of_json: bool,
) -> tuple[bool, list[str]]:
    """Return whether all texts can go out, and the lines to print.

    :raises CheckRefused: a file that cannot be read, or an option that makes no sense.
    """
    catalogue = load_catalogue(ROOT)
    texts = split(_read(file))
    desk = open_ad_desk(ROOT, load_settings(catalogue), catalogue, load_lexicon(ROOT, catalogue))
    wanted = [
        AdText(text=text, brand=brand, sender=sender, language=language, price=_price(price))
        for text in texts
    ]
    reports = [desk.check(text) for text in wanted]
    sound = all(report.sound for report in reports)
    if as_lines_of_json:
        return sound, [json.dumps(as_json(report), ensure_ascii=False) for report in reports]
    return sound, list(_in_words(texts, reports))


def split(content: str) -> list[str]:
    """Return the texts of a file: between lines of `---`, without empty lines around them."""
    texts = [t.strip("\n") for t in _BETWEEN.split(content.replace("\r\n", "\n"))]
    # A file that ends with a line of dashes ends with its last text.
    return texts[:-1] if len(texts) > 1 and not texts[-1].strip() else texts


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == _STDIN else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        named = "The input" if file == _STDIN else file
        raise CheckRefused(f"{named} is not UTF-8; save it as UTF-8 and try again.") from fault
    except OSError as fault:
        raise CheckRefused(f"{file} cannot be read: {fault.strerror}.") from fault


def _price(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}([.,][0-9]{1,6})?", text, re.ASCII):
        raise CheckRefused("--price must be a number like 0.05.")
    return Decimal(text.replace(",", "."))


def _in_words(texts: list[str], reports: list[Report]) -> Iterator[str]:
    for number, (text, report) in enumerate(zip(texts, reports, strict=True), 1):
        if len(texts) > 1:
            yield from ([""] if number > 1 else [])
            yield _visible(f"Text {number} of {len(texts)}: {_beginning(text)}").rstrip()
        yield from (_visible(_line(text, finding)) for finding in report.findings)
        yield _summary(report)


def _beginning(text: str, most: int = 50) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _visible(line: str) -> str:
    """Return a line without what could move the cursor or turn the direction of reading."""
    return "".join(c if c.isprintable() else " " for c in line)


def _line(text: str, finding: Finding) -> str:
    return f"{finding.level.value:<9}{_place(text, finding.offset):<8}{finding.message}"


def _place(text: str, offset: int | None) -> str:
    """Return line and column as editors count them; the column alone in a text of one line."""
    if offset is None:
        return ""
    before = text[:offset]
    column = offset - (before.rfind("\n") + 1) + 1
    return f"{before.count(chr(10)) + 1}:{column}" if "\n" in text else f"{column}"


def _summary(report: Report) -> str:
    parts = f"{report.parts} part" if report.parts == 1 else f"{report.parts} parts"
    facts = [
        name_of(report.language) if report.language else "language unknown",
        report.encoding.value,
        f"{report.characters} characters, {parts}",
        f"{report.left} left in the last part",
    ]
    if report.cost_per_1000 is not None:
        facts.append(f"{report.cost_per_1000:,.2f} per 1000 customers".replace(",", " "))
    return "; ".join(facts)
