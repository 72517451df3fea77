"""A long text is cut so that Telegram takes every part and the customer loses nothing."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.callbacks import unpack
from bot.messenger import Keyboard
from bot.presenting import bubbles
from bot.render import Button, Part
from bot.splitting import LONGEST, split, units
from consent.replies import Option
from tests.telegram.fake_html import parse_html
from tests.telegram.fake_html import units as telegram_units

_SPACE = re.compile(r"\s+")
#: Everything that could be cut in two: markup, entities, pairs of units, words, paragraphs.
_PIECES = st.sampled_from(
    [
        "слово ",
        "a",
        "&",
        "<",
        ">",
        '"',
        "😀",
        "👨‍👩‍👧",
        "\n",
        "\n\n",
        " ",
        "ā",
        "x" * 30,
        "&amp;",
        "b>",
    ]
)
_RUNS = st.lists(st.tuples(st.booleans(), st.lists(_PIECES, max_size=30)), min_size=1, max_size=12)


def _html(runs: list[tuple[bool, list[str]]]) -> tuple[str, str]:
    """Return a text with bold runs as HTML, and as it is read."""
    html = read = ""
    for bold, pieces in runs:
        words = "".join(pieces)
        safe = escape(words, quote=False)
        html += f"<b>{safe}</b>" if bold and words else safe
        read += words
    return html, read


def _bare(text: str) -> str:
    return _SPACE.sub("", text)


@pytest.mark.parametrize("text", ["", "a", "a" * LONGEST, "😀" * (LONGEST // 2)])
def test_what_fits_is_left_as_it_is(text: str) -> None:
    """A text of at most 4096 units is one part, unchanged."""
    assert (text,) == split(text)


def test_telegrams_own_units_are_counted() -> None:
    """An emoji counts twice, as Telegram counts; so one beyond the limit is cut."""
    assert 2 == units("😀")
    assert 2 == len(split("😀" * (LONGEST // 2 + 1)))


@given(_RUNS, st.sampled_from([40, 64, 100, 333]))
def test_every_part_is_taken_and_nothing_is_lost(
    runs: list[tuple[bool, list[str]]], longest: int
) -> None:
    """Each part is short enough and whole HTML; together they read as before, spaces aside."""
    html, read = _html(runs)
    parts = split(html, longest)
    parsed = [parse_html(part) for part in parts]
    assert _bare(read) == "".join(_bare(p.text) for p in parsed)
    assert [] == [note for p in parsed for note in p.notes]
    assert all(telegram_units(part) <= longest for part in parts)


@given(_RUNS, st.sampled_from([40, 100]))
def test_bold_stays_bold(runs: list[tuple[bool, list[str]]], longest: int) -> None:
    """What is bold before the cut is bold after it, and nothing else is."""
    html, _ = _html(runs)
    assert _bold(html) == "".join(_bold(part) for part in split(html, longest))


def _bold(html: str) -> str:
    return "".join(_bare(run) for run in re.findall(r"<b>(.*?)</b>", html, re.DOTALL))


@given(_RUNS, st.sampled_from([40, 100]))
def test_no_part_is_empty(runs: list[tuple[bool, list[str]]], longest: int) -> None:
    """Telegram takes no empty message: a text that says something is cut into parts that do."""
    html, read = _html(runs)
    if read.strip():
        assert [] == [part for part in split(html, longest) if not parse_html(part).text]


@pytest.mark.parametrize("html", ["a" * 4080 + "\n" * 99, "<b>" + "a" * 4075 + "\n" * 30 + "</b>"])
def test_white_space_at_the_end_makes_no_message(html: str) -> None:
    """White space that is too much for the last part makes no message of its own."""
    assert [] == [part for part in split(html) if not parse_html(part).text]


def test_it_is_cut_between_paragraphs() -> None:
    """If there is a paragraph's end in the second half, that is where the cut is."""
    first, second = "a" * 3000, "b" * 3000
    assert (first, second) == split(f"{first}\n\n{second}")


def test_it_is_cut_between_lines_and_then_words() -> None:
    """Without a paragraph's end the cut is at a line's end, else between words."""
    assert ("a" * 3000, "b" * 3000) == split("a" * 3000 + "\n" + "b" * 3000)
    assert ("a" * 3000, "b" * 3000) == split("a" * 3000 + " " + "b" * 3000)


def test_buttons_stand_under_the_last_part() -> None:
    """Only the last message of a long text has buttons, and the keyboard of the whole."""
    menu = Button("Back", Option(name="menu"))
    shown = bubbles(Part(html="word " * 2000, rows=((menu,),)), "lmt")
    assert 3 == len(shown)
    assert [(), ()] == [bubble.rows for bubble in shown[:-1]]
    assert [Keyboard.KEEP] * 3 == [bubble.keyboard for bubble in shown]
    (key,) = shown[-1].rows[0]
    found = unpack(key.data)
    assert found is not None
    assert "menu" == found.option.name
