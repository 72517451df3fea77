"""`consent notice update`: what changed is said in every language that changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.notice_commands import update_notices
from consent.errors import SettingBroken, WordsBroken
from consent.notices import Form
from locales.notice_lock import LONGEST, read_lock
from tests.locales.voices import CHANGED, LANGUAGES, copy_words, enter

SAID = tuple(f"{language}={sentence}" for language, sentence in CHANGED.items())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the words, every text entered, and then one changed in each language."""
    folder = copy_words(tmp_path)
    enter(folder, [])
    for language in LANGUAGES:
        for form in ("chat", "sms"):
            file = folder / language / "notices" / f"credit.{form}.txt"
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace("{brand}", "{brand} {brand}", 1), encoding="utf-8")
    return folder


def test_each_text_is_told_in_its_own_language(root: Path) -> None:
    """The customer reads it as the operator wrote it; without diacritics where SMS have none."""
    update_notices(SAID, major=False, root=root)
    shelf = read_lock(root)
    for language in LANGUAGES:
        assert CHANGED[language] == shelf.current("lmt", "credit", language, Form.CHAT).changed
    bare = shelf.current("lmt", "credit", "lv", Form.SMS_PLAIN)
    assert ("1.1", "Tests to mainija.") == (bare.version, bare.changed)


def test_the_command_takes_them_one_by_one(root: Path) -> None:
    """As its help shows."""
    said = [part for sentence in SAID for part in ("--changed", sentence)]
    found = CliRunner().invoke(app, ["notice", "update", *said, "--root", str(root), "--major"])
    assert 0 == found.exit_code
    assert "14 new versions entered" in found.output
    assert "2.0" == read_lock(root).current("amigo", "credit", "ru", Form.SMS).version


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_left_out(root: Path, language: str) -> None:
    """Nobody is told something in a language they do not read; nothing is entered."""
    before = list(read_lock(root))
    rest = [said for said in SAID if not said.startswith(language)]
    with pytest.raises(WordsBroken, match=f"not said in {language}"):
        update_notices(rest, major=False, root=root)
    assert before == list(read_lock(root))


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("", id="empty"),
        pytest.param("A typo", id="no-stop"),
        pytest.param("Two\nlines.", id="two-lines"),
        pytest.param(f"{'x' * LONGEST}.", id="too-long"),
    ],
)
def test_what_is_not_fit_to_be_told_is_refused(root: Path, sentence: str) -> None:
    """One sentence that fits an SMS, with its stop."""
    with pytest.raises(WordsBroken, match="--changed en="):
        update_notices([*SAID[:2], f"en={sentence}"], major=False, root=root)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(["A typo."], id="no-language"),
        pytest.param(["de=Ein Tippfehler."], id="unknown-language"),
        pytest.param([*SAID, "en=Again."], id="twice"),
    ],
)
def test_a_sentence_needs_one_language(root: Path, changed: list[str]) -> None:
    """The mistake is named with what to write instead."""
    with pytest.raises(SettingBroken, match="lv=…"):
        update_notices(changed, major=False, root=root)
