"""Which text was shown, and whether it is still the one to show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.notices import Form, NoticeShelf, code_of, fingerprint, plain
from tests.builders import AMIGO, LMT, SHELF, notice, notices, shelf

OLD, MINOR, MAJOR = notice(), notice(minor=1), notice(major=2)


def test_a_fingerprint_is_the_sha256_of_the_exact_text() -> None:
    """The same bytes have the same fingerprint in every program."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert empty == fingerprint("")
    assert fingerprint("jā") != fingerprint("ja")


def test_a_code_is_ten_letters_of_base32() -> None:
    """A link to a text needs ten letters and digits."""
    assert "4OYMIQUY7Q" == code_of(fingerprint(""))
    assert code_of(OLD.fingerprint) == OLD.code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Jā, piekrītu!", "Ja, piekritu!", id="latvian"),
        pytest.param("ĒĪŪŠŽĶĻŅĢČ", "EIUSZKLNGC", id="capitals"),
        pytest.param("Да, й и ё", "Да, й и ё", id="cyrillic-stays"),
        pytest.param("€ 5 – „x”", "€ 5 – „x”", id="signs-stay"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_plain_text_has_latin_letters_without_marks(text: str, expected: str) -> None:
    """The plain form of an SMS drops the marks of Latin letters and nothing else."""
    assert expected == plain(text)


def test_a_version_is_shown_with_a_point() -> None:
    """Version 2, minor 3 reads `2.3`."""
    assert "2.3" == notice(major=2, minor=3).version


def test_the_shelf_finds_texts_of_any_version() -> None:
    """A text once used is found by fingerprint and by code, also after a new one came."""
    on = shelf(MAJOR)
    assert (OLD, OLD) == (on.find(OLD.fingerprint), on.by_code(OLD.code))
    assert (MAJOR, MAJOR) == (on.find(MAJOR.fingerprint), on.by_code(MAJOR.code))
    assert (None, None) == (on.find(fingerprint("another")), on.by_code("AAAAAAAAAA"))


def test_going_through_the_shelf_gives_every_text_once() -> None:
    """The shelf holds what was put on it."""
    assert {n.fingerprint for n in notices()} == {n.fingerprint for n in SHELF}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param((OLD, MINOR, MAJOR), id="oldest-first"),
        pytest.param((MAJOR, MINOR, OLD), id="newest-first"),
        pytest.param((MINOR, MAJOR, OLD), id="mixed"),
    ],
)
def test_the_newest_version_is_the_one_to_show(order: tuple[object, ...]) -> None:
    """In whatever order texts are put on the shelf, the highest version is shown."""
    on = NoticeShelf(tuple(n for n in (OLD, MINOR, MAJOR) if n in order))
    on_reversed = NoticeShelf(tuple(n for n in (MAJOR, MINOR, OLD) if n in order))
    for built in (on, on_reversed):
        assert MAJOR == built.current(LMT, "offers", "lv", Form.CHAT)
        assert MAJOR == built.newest(LMT, "offers", "lv", Form.CHAT)


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest-first", "newest-first"])
def test_a_text_that_comes_back_is_known_by_its_newest_version(*, newest_first: bool) -> None:
    """A text used again after another one is current, in whatever order it was put there."""
    back = replace(OLD, minor=2)
    order = (back, MINOR, OLD) if newest_first else (OLD, MINOR, back)
    on = NoticeShelf(order)
    assert back == on.find(OLD.fingerprint) == on.by_code(OLD.code)
    assert on.is_current(OLD.fingerprint)


def test_a_text_never_entered_is_missing_and_not_replaced() -> None:
    """No other language, form or brand steps in for a text that is not there."""
    assert SHELF.newest(LMT, "offers", "ru", Form.SMS_PLAIN) is None
    with pytest.raises(KeyError):
        SHELF.current(LMT, "offers", "ru", Form.SMS_PLAIN)


@pytest.mark.parametrize(
    ("on", "text", "expected"),
    [
        pytest.param(SHELF, OLD.fingerprint, True, id="the-only-one"),
        pytest.param(shelf(MINOR), OLD.fingerprint, False, id="a-minor-version-came"),
        pytest.param(shelf(MAJOR), OLD.fingerprint, False, id="a-major-version-came"),
        pytest.param(shelf(MAJOR), MAJOR.fingerprint, True, id="the-newest"),
        pytest.param(
            shelf(MAJOR), notice(language="ru").fingerprint, True, id="another-language-stays"
        ),
        pytest.param(SHELF, fingerprint("another"), False, id="never-entered"),
    ],
)
def test_only_the_exact_newest_text_is_current(
    on: NoticeShelf, text: str, *, expected: bool
) -> None:
    """A text is current until any newer version of it exists."""
    assert expected is on.is_current(text)


@pytest.mark.parametrize(
    ("on", "text", "expected"),
    [
        pytest.param(SHELF, OLD.fingerprint, False, id="nothing-new"),
        pytest.param(shelf(MINOR), OLD.fingerprint, False, id="minor-version-keeps-grants"),
        pytest.param(shelf(MAJOR), OLD.fingerprint, True, id="major-version-asks-again"),
        pytest.param(shelf(MAJOR), MAJOR.fingerprint, False, id="given-under-the-new-one"),
        pytest.param(
            shelf(notice(language="ru", major=2)),
            OLD.fingerprint,
            True,
            id="a-major-version-in-any-language-counts",
        ),
        pytest.param(
            shelf(notice("credit", major=2)), OLD.fingerprint, False, id="of-another-purpose"
        ),
        pytest.param(
            shelf(notice(brand=AMIGO, major=2)), OLD.fingerprint, False, id="of-another-brand"
        ),
        pytest.param(SHELF, None, True, id="no-text"),
        pytest.param(SHELF, fingerprint("another"), True, id="unknown-text"),
        pytest.param(SHELF, notice(brand=AMIGO).fingerprint, True, id="text-of-the-other-brand"),
        pytest.param(SHELF, notice("credit").fingerprint, True, id="text-of-another-purpose"),
    ],
)
def test_a_grant_is_outdated_by_a_major_version_or_a_foreign_text(
    on: NoticeShelf, text: str | None, *, expected: bool
) -> None:
    """A grant stands while no major version came since; an unknown text is no ground (law 8)."""
    assert expected is on.outdated(LMT, "offers", text)
