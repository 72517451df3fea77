"""Reasons: what CAMARA calls them, and the public page that is made from the code's own order."""

from __future__ import annotations

import re
from html import unescape

import pytest

from consent.verdicts import Reason
from marketing.reasons import OPEN, CamaraReason, camara_of
from tests.marketing.stage import Stage

PATH = "/marketing/reasons"
#: meaning.md, "States of a purpose".
STATES = {
    Reason.NEVER_ASKED: CamaraReason.PENDING,
    Reason.ASKED: CamaraReason.REQUESTED,
    Reason.REFUSED: CamaraReason.DENIED,
    Reason.WITHDRAWN: CamaraReason.DENIED,
    Reason.PAUSED: CamaraReason.DENIED,
    Reason.OUTDATED: CamaraReason.EXPIRED,
    Reason.EXPIRED: CamaraReason.EXPIRED,
}


def test_every_reason_has_a_name_at_camara() -> None:
    """All but `allowed`; the states of a purpose as they were laid down."""
    assert [Reason.ALLOWED] == [reason for reason in Reason if camara_of(reason) is None]
    assert STATES == {reason: camara_of(reason) for reason in STATES}


def test_whoever_said_no_is_not_asked_again() -> None:
    """A customer is sent to give a consent only where they have not refused it."""
    refused = (Reason.WITHDRAWN, Reason.REFUSED, Reason.ERASED, Reason.CHANNEL_OFF)
    blocked = (Reason.CHANNEL_BLOCKED, Reason.TOPIC_OFF, Reason.PAUSED)
    assert OPEN.isdisjoint({camara_of(reason) for reason in (*refused, *blocked)})


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
async def test_the_page_ranks_reasons_as_the_code_does(stage: Stage, language: str) -> None:
    """Every reason once, in the order in which they win, in words, with its name at CAMARA."""
    answer = await stage.client.get(PATH, params={"lang": language})
    assert (200, True) == (answer.status_code, f'<html lang="{language}">' in answer.text)
    rows = re.findall(
        r"<tr><td>(\d+)</td><td>(.*?)<br><code>(.*?)</code></td><td>(.*?)</td>"
        r"<td>(.*?)</td></tr>",
        answer.text,
    )
    assert [str(rank) for rank in range(1, len(Reason) + 1)] == [row[0] for row in rows]
    assert [reason.value for reason in Reason] == [row[2] for row in rows]
    camara = [camara_of(reason) for reason in Reason]
    assert [f"<code>{name.value}</code>" if name else "–" for name in camara] == [
        row[4] for row in rows
    ]
    words = [unescape(text) for row in rows for text in (row[1], row[3])]
    assert len(words) == len(set(words))
    assert not [word for word in words if word.startswith("reason.")]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,en-GB;q=0.7", "en"),
        ("fr", "lv"),
        ("", "lv"),
        ("*", "lv"),
    ],
)
async def test_it_speaks_the_reader_s_language(stage: Stage, said: str, language: str) -> None:
    """The first of theirs that there is, else the first there is; it links to the others."""
    answer = await stage.client.get(PATH, headers={"accept-language": said})
    assert f'<html lang="{language}">' in answer.text
    others = {"lv", "ru", "en"} - {language}
    assert others == set(re.findall(r'href="\?lang=(\w+)"', answer.text))


async def test_an_unknown_language_is_not_said_back(stage: Stage) -> None:
    """What stands in the address is never shown."""
    answer = await stage.client.get(PATH, params={"lang": '"><b>x'})
    assert (200, False) == (answer.status_code, "<b>x" in answer.text)


async def test_the_page_runs_nothing(stage: Stage) -> None:
    """It is public and holds nobody's data: no script, nothing from elsewhere."""
    answer = await stage.client.get(PATH)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "http" not in answer.text.replace("http-equiv", "")
