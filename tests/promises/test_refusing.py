"""A no costs nothing: it is said so, and nothing else changes (G3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.customer import CHAT, LANGUAGES, NUMBERS, SMS, customer, found

_NOTHING_ELSE = {
    "lv": r"Atteikums neietekmē datu apstrādi, kas jau notiek|nemainās, arī esošā datu apstrāde",
    "ru": r"на существующую обработку данных",
    "en": r"existing data processing stays as it is",
}


@pytest.mark.parametrize("door", [SMS, CHAT])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_refusal_says_that_existing_processing_stays(
    language: str, door: str, tmp_path: Path
) -> None:
    """The no to each of the eight is confirmed with the document's promise."""
    async with customer(tmp_path, language) as anna:
        for number, purpose in NUMBERS:
            await anna.says(anna.words.give.format(number), door)
            said = await anna.says(anna.words.no, door)
            assert "refused" in anna.told, purpose
            assert found(_NOTHING_ELSE[language], said), said


async def test_a_refusal_changes_nothing_else(tmp_path: Path) -> None:
    """Of the other seven each stands as it did, given or not."""
    async with customer(tmp_path) as anna:
        for number in (2, 4, 6):
            await anna.gives(number)
        stands = await anna.verdicts()
        for number, purpose in NUMBERS:
            if number in {2, 4, 6}:
                continue
            await anna.says(f"AGREE {number}")
            await anna.says("NO")
            stands = {**stands, purpose: "refused"}
            assert stands == await anna.verdicts()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_is_asked_twice(language: str, tmp_path: Path) -> None:
    """One no is enough: no second question, and nothing is waiting for an answer after it."""
    async with customer(tmp_path, language) as anna:
        await anna.says(anna.words.give.format(8))
        await anna.says(anna.words.no)
        assert ("refused",) == anna.told
        await anna.says(anna.words.yes)
        assert ("yes.nothing",) == anna.told
        assert "refused" == await anna.house.verdict("research")


@pytest.mark.parametrize("ended", ["NO", "STOP 4"])
async def test_without_the_credit_check_another_way_is_named(ended: str, tmp_path: Path) -> None:
    """Refused or withdrawn, the customer reads that they may show it in any other way."""
    async with customer(tmp_path) as anna:
        await (anna.says("AGREE 4") if ended == "NO" else anna.gives(4))
        said = await anna.says(ended)
        assert "in any other way that suits you" in said
        await anna.says("PROOF")
        assert ("human.other_proof",) == anna.told
