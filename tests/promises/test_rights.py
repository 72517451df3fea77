"""What a customer may always ask for, whatever they have said before (3.2, G9-G13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.customer import CHAT, LANGUAGES, SMS, Customer, customer


async def _brings(anna: Customer, state: str) -> None:
    """Let consent 3 be in a state."""
    if state in {"given", "withdrawn"}:
        await anna.gives(3)
    if state in {"asked", "refused"}:
        await anna.says(anna.words.give.format(3))
    if state == "refused":
        await anna.says(anna.words.no)
    if state == "withdrawn":
        await anna.says(anna.words.withdraw.format(3))


@pytest.mark.parametrize("state", ["never asked", "asked", "refused", "given", "withdrawn"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_review_can_be_asked_for_whatever_was_said_of_profiling(
    language: str, state: str, tmp_path: Path
) -> None:
    """It is a request with a reference and a day, and changes no consent."""
    async with customer(tmp_path, language) as anna:
        await _brings(anna, state)
        before = await anna.ledger()
        await anna.says(anna.words.review)
        assert "human.review" in anna.told
        assert anna.house.desk.last is not None
        params = anna.house.desk.last.messages[0].params
        assert params["case"]
        assert params["due"]
        assert before == await anna.ledger()


@pytest.mark.parametrize("door", [SMS, CHAT])
@pytest.mark.parametrize("brand", ["lmt", "amigo"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_is_named_with_the_brand_s_own_contacts(
    language: str, brand: str, door: str, tmp_path: Path
) -> None:
    """Telephone and address of that brand's document, Amigo's before any word of LMT (Q3)."""
    async with customer(tmp_path, language, brand) as anna:
        said = await anna.says(anna.words.person, door)
        own = said.partition("LMT")[0] if brand == "amigo" else said
        for contact in anna.contacts:
            assert contact in own
        await anna.says(anna.words.correction, door)
        assert "human.correction" in anna.told
