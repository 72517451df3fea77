"""`consent notice register`: texts shown on paper, known to imports, checks, doors and pages."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from app.check_command import Wanted, run_check, run_history
from app.composition import Assistant, compose, register_notices
from app.import_command import run_import
from app.notice_page import page
from app.notice_register import Paper, list_papers, register_paper
from app.settings import load_settings
from app.store import open_store
from app.whom import whom
from consent.errors import SettingBroken, WordsBroken
from consent.notices import Form, fingerprint
from locales import ROOT
from tests.doors.import_stage import CATALOGUE, NUMBER, SHELF, as_csv, put, row

TEXT = "Piekrišana\r\n\r\nEs piekrītu saņemt piedāvājumus.\r\n"
READ = "Piekrišana\n\nEs piekrītu saņemt piedāvājumus."
OURS = SHELF.current("lmt", "offers", "lv", Form.CHAT)
PAPER = Paper(brand="lmt", purpose="offers", language="lv", version="1.0")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def text(home: Path, content: str = TEXT, encoding: str = "utf-8") -> Path:
    """Write a text to be registered."""
    file = home / "form.txt"
    file.write_bytes(content.encode(encoding))
    return file


def _changed(**changes: str) -> Paper:
    fields = {"brand": "lmt", "purpose": "offers", "language": "lv", "version": "1.0"}
    return Paper(**(fields | changes))


def test_a_registered_text_says_its_code(home: Path) -> None:
    """One line: code, what it is, version, status and fingerprint; it is listed from then on."""
    line = register_paper(text(home), PAPER)
    found = fingerprint(READ)
    assert line.split()[1:] == ["lmt", "offers", "lv", "1.0", "approved", found]
    assert [line] == list_papers()


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (READ, "utf-8"),
        (TEXT, "utf-8-sig"),
        (f"\n{READ}\n\n", "utf-8"),
        ("Piekris\u030cana", "utf-8"),
    ],
    ids=["bare", "byte order mark", "space around", "decomposed letters"],
)
def test_the_same_words_are_the_same_text(home: Path, content: str, encoding: str) -> None:
    """Whatever program wrote the file."""
    line = register_paper(text(home, content, encoding), PAPER)
    wanted = "Piekrišana" if content.startswith("Piekris\u030c") else READ
    assert line.endswith(fingerprint(wanted))


def test_consents_given_on_paper_can_be_brought_in(home: Path) -> None:
    """By its code, once it is registered; the verdict and the receipt know the text."""
    code = register_paper(text(home), PAPER).split()[0]
    file = put(home, as_csv([row(notice=code)]))
    clean, _ = run_import(file, brand="lmt")
    assert clean
    allowed, (said,) = run_check(whom(NUMBER), Wanted(brand="lmt", purposes=["offers"]))
    assert allowed, said
    (receipt,) = run_history(whom(NUMBER), brand="lmt")
    assert code in receipt


def test_what_is_not_registered_is_not_known(home: Path) -> None:
    """Without its text, a consent on paper proves nothing."""
    file = put(home, as_csv([row(notice=fingerprint(READ))]))
    _, lines = run_import(file, brand="lmt")
    assert any("notice_unknown" in line for line in lines)


def test_a_text_of_an_earlier_meaning_needs_a_new_yes(home: Path) -> None:
    """A paper of an earlier major version can be brought in, and is outdated."""
    code = register_paper(text(home), _changed(version="0.3")).split()[0]
    run_import(put(home, as_csv([row(notice=code)])), brand="lmt")
    allowed, (said,) = run_check(whom(NUMBER), Wanted(brand="lmt", purposes=["offers"]))
    assert not allowed
    assert "outdated" in said


def test_a_draft_becomes_approved(home: Path) -> None:
    """Registered again with its new status, it is the same text."""
    draft = register_paper(text(home), _changed(status="draft"))
    approved = register_paper(text(home), PAPER)
    assert ("draft", "approved") == (draft.split()[5], approved.split()[5])
    assert [approved] == list_papers()


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"brand": "bite"}, "--brand must be one of lmt, amigo"),
        ({"purpose": "spam"}, "--purpose"),
        ({"language": "et"}, "--language"),
        ({"version": "one"}, "--version"),
        ({"status": "final"}, "--status"),
    ],
)
def test_what_is_said_of_it_must_make_sense(
    home: Path, changes: dict[str, str], hint: str
) -> None:
    """Brand, purpose, language, version and status are checked; nothing is kept."""
    with pytest.raises(SettingBroken, match=hint):
        register_paper(text(home), _changed(**changes))
    assert [] == list_papers()


def test_no_text_changes_the_meaning_of_what_was_given(home: Path) -> None:
    """A version ahead of our own texts would make all their consents outdated: refused."""
    with pytest.raises(WordsBroken, match="ahead of our own texts"):
        register_paper(text(home), _changed(version="2.0"))


def test_a_text_is_one_notice(home: Path) -> None:
    """The same words cannot be about something else, nor be one of our own notices."""
    register_paper(text(home), PAPER)
    with pytest.raises(WordsBroken, match="known as"):
        register_paper(text(home), _changed(purpose="traffic"))
    ours = _served().texts.notice_texts[OURS.fingerprint]
    with pytest.raises(WordsBroken, match="known as"):
        register_paper(text(home, ours), PAPER)


def test_a_file_that_is_no_text_is_refused(home: Path) -> None:
    """Missing, empty, or in another encoding."""
    for file in (home / "none.txt", text(home, " \n"), text(home, "Rīga", "utf-16")):
        with pytest.raises(WordsBroken, match=file.name):
            register_paper(file, PAPER)


def _served() -> Assistant:
    """Return the assistant as a server composes it."""
    settings = load_settings(CATALOGUE)
    store = open_store(settings)
    papers = store.papers.all_now()
    assistant = compose(ROOT, store.ledger, settings.link_base, papers=papers)

    async def learn() -> None:
        await register_notices(assistant, store.ledger)
        await store.database.close()

    asyncio.run(learn())
    return assistant


def test_a_server_knows_it_from_its_next_start(home: Path) -> None:
    """It has a page of its own, and no door shows it in place of our text."""
    code = register_paper(text(home), PAPER).split()[0]
    assistant = _served()
    notice = assistant.texts.notices.by_code(code)
    assert notice is not None
    shown = page(assistant, notice, assistant.texts.notice_texts[notice.fingerprint])
    assert "<p>Es piekrītu saņemt piedāvājumus.</p>" in shown
    current = assistant.house.notices.current("lmt", "offers", "lv", Form.CHAT)
    assert OURS == current
