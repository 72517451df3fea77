"""The same words in another script."""

from __future__ import annotations

import pytest

from consent.understanding.scripts import one_script, other_readings


@pytest.mark.parametrize(
    ("expected", "word"),
    [
        pytest.param("стоп", "cтoп", id="mostly Cyrillic"),
        pytest.param("sport", "spоrt", id="mostly Latin"),
        pytest.param("зачем", "3aчем", id="a three for a letter"),
        pytest.param("со", "сo", id="as many of both"),
        pytest.param("stop", "stop", id="Latin"),
        pytest.param("стоп", "стоп", id="Cyrillic"),
        pytest.param("123", "123", id="neither"),
        pytest.param("", "", id="empty"),
    ],
)
def test_one_script(expected: str, word: str) -> None:
    """A word of two scripts is read in the one that most of its letters have."""
    assert expected == one_script(word)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("отключите смс", "otklyuchite sms", id="Russian in Latin letters"),
        pytest.param("отключите", "otkljuchite", id="another spelling of it"),
        pytest.param("щетка и жизнь", "shchetka i zhizn'", id="longer sounds first"),
        pytest.param("прекратите", "ghtrhfnbnt", id="Russian on Latin keys"),
        pytest.param("хватит", "[dfnbn", id="with a sign for a letter"),
        pytest.param("stop", "ыещз", id="English on Russian keys"),
        pytest.param("partrauciet", "зфкекфгсшуе", id="Latvian on Russian keys"),
        pytest.param("nevajag", "невайаг", id="Latvian in Russian letters"),
        pytest.param("ludzu zinas", "лудзу зинас", id="without diacritics"),
    ],
)
def test_other_readings(expected: str, text: str) -> None:
    """What was typed in another script than it was meant in can be read."""
    assert expected in list(other_readings(text))


def test_a_text_of_signs_stays() -> None:
    """Where there is no letter there is nothing to read otherwise."""
    assert {"123!"} == set(other_readings("123!"))
