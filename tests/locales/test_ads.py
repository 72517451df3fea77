"""The words of advertising texts: what the shipped files hold, and what is refused at start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from consent.errors import CatalogueBroken
from locales import ROOT
from locales.ads import load_ads
from tests.locales.voices import LANGUAGES, shipped_catalogue
from tests.sms.ad_checks import errors


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the shipped words that a test may break."""
    for language in LANGUAGES:
        folder = tmp_path / language / "lexicon"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / language / "lexicon" / "ads.toml", folder)
    return tmp_path


def test_every_language_has_its_words() -> None:
    """Each language of the catalogue can be told, and can say how to refuse."""
    words = load_ads(ROOT, shipped_catalogue())
    assert list(LANGUAGES) == list(words)
    for phrases in words.values():
        assert phrases["letters"][0] or phrases["common"]
        assert all(phrases[key] for key in ("refusal", "stop", "reply", "send", "to", "call"))


@pytest.mark.parametrize(
    ("language", "advert"),
    [("lv", "tikai šodien akcija"), ("ru", "только сегодня скидка"), ("en", "a sale today")],
)
def test_the_examples_would_pass(language: str, advert: str) -> None:
    """What staff are told to write is a refusal that works, in that language."""
    example = load_ads(ROOT, shipped_catalogue())[language]["example"][0]
    assert set() == errors(f"LMT: {advert}. {example}")


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        pytest.param("reply =", "replies =", "replies", "no such key", id="unknown key"),
        pytest.param("[", "[[", "-", "not readable as TOML", id="no TOML"),
        pytest.param('"atbildi"', '"Atbildi"', "reply: Atbildi", "small letters", id="capital"),
        pytest.param('"suti"', '"sūti"', "send: sūti", "diacritics", id="diacritics"),
        pytest.param('["stop"]', "[]", "stop", "list of words", id="empty list"),
        pytest.param('["stop"]', '["stop", 1]', "stop", "list of words", id="number"),
        pytest.param('["stop"]', '["stop", "*"]', "stop", "list of words", id="star alone"),
        pytest.param('["stop"]', '"stop"', "stop", "list of words", id="no list"),
        pytest.param(
            'example = "Atteikties: STOP 1"', 'example = ""', "example", "sentence", id="silent"
        ),
    ],
)
def test_broken_words_are_refused(root: Path, old: str, new: str, key: str, reason: str) -> None:
    """A file that cannot be used is refused with its name, the key and the reason."""
    file = root / "lv" / "lexicon" / "ads.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueBroken, match=r"lv/lexicon/ads\.toml") as caught:
        load_ads(root, shipped_catalogue())
    assert (key, True) == (caught.value.key, reason in caught.value.reason)


def test_a_missing_file_is_refused(root: Path) -> None:
    """A language without these words is not checked by halves."""
    (root / "ru" / "lexicon" / "ads.toml").unlink()
    with pytest.raises(CatalogueBroken, match=r"ru/lexicon/ads\.toml: -: the file is missing"):
        load_ads(root, shipped_catalogue())


def test_words_that_are_no_text_are_refused(root: Path) -> None:
    """A file in another encoding is refused, not read wrongly."""
    (root / "ru" / "lexicon" / "ads.toml").write_bytes("[стоп]".encode("cp1251"))
    with pytest.raises(CatalogueBroken, match="not readable as TOML"):
        load_ads(root, shipped_catalogue())
