"""Every fact of the two documents has its place in the texts, in every language.

`coverage/{language}.tsv` says where: a fact, a brand (`*`: both), a text and the words that
carry the fact, verbatim as rendered.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from consent.notices import Form
from tests.locales.voices import BRANDS, LANGUAGES, PURPOSES, notices, page

_FOLDER = Path(__file__).parent / "coverage"
#: seeds.md: facts of the controller, promises, and how many facts each consent has.
_CONTROLLER = [f"A{n}" for n in range(1, 11)]
_PROMISES = [f"G{n}" for n in range(1, 14)]
_PER_CONSENT = {1: 5, 2: 4, 3: 3, 4: 5, 5: 2, 6: 2, 7: 2, 8: 4}
FACTS = [
    *_CONTROLLER,
    *_PROMISES,
    *(f"{n}.{fact}" for n, most in _PER_CONSENT.items() for fact in range(1, most + 1)),
]


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a fact is said to stand."""

    fact: str
    brand: str
    text: str
    phrase: str

    @property
    def brands(self) -> tuple[str, ...]:
        """The brands for which the claim is made."""
        return BRANDS if self.brand == "*" else (self.brand,)


@cache
def _claims(language: str) -> tuple[Claim, ...]:
    with (_FOLDER / f"{language}.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Claim(**row) for row in rows)


def _rendered(text: str, brand: str, language: str) -> str:
    kind, _, rest = text.partition(":")
    if kind == "page":
        assert "privacy" == rest
        return page(brand, language)
    purpose, _, form = rest.partition(":")
    return notices()[brand, purpose, language, Form(form)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_is_claimed(language: str) -> None:
    """No fact of either document lacks a place in the texts of a language."""
    claimed = {(c.fact, brand) for c in _claims(language) for brand in c.brands}
    assert [] == [(f, b) for f in FACTS for b in BRANDS if (f, b) not in claimed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_other_fact_is_claimed(language: str) -> None:
    """Every claim is about a fact that the documents have; a mistyped one counts for nothing."""
    assert [] == [c for c in _claims(language) if c.fact not in FACTS]
    assert [] == [c for c in _claims(language) if c.brand not in {*BRANDS, "*"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_is_true(language: str) -> None:
    """The words that carry a fact stand, letter for letter, in the text that is named."""
    missing = [
        f"{c.fact} {brand} {c.text}: {c.phrase}"
        for c in _claims(language)
        for brand in c.brands
        if not c.phrase or c.phrase not in _rendered(c.text, brand, language)
    ]
    assert [] == missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_of_a_consent_stand_in_its_full_text(language: str) -> None:
    """What a document says of one consent is said in the full notice of that consent."""
    strange = [
        c
        for c in _claims(language)
        if c.fact[0].isdigit() and c.text != f"notice:{PURPOSES[int(c.fact[0]) - 1]}:chat"
    ]
    assert [] == strange


@pytest.mark.parametrize("language", LANGUAGES)
def test_routers_are_claimed_for_lmt_alone(language: str) -> None:
    """Fact 2.3 is carried by other words for Amigo: its document has no routers."""
    assert set(BRANDS) == {c.brand for c in _claims(language) if c.fact == "2.3"}
