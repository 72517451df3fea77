"""One purpose, told beforehand, by an explicit yes; each by number and by name (G1, R7, R22)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consent.notices import Form
from consent.replies import Option
from tests.promises.customer import CHAT, LANGUAGES, NUMBERS, SMS, Customer, customer


async def test_a_yes_gives_one_purpose_alone(tmp_path: Path) -> None:
    """Each consent is a record of its own; the other seven stay as they were."""
    async with customer(tmp_path) as anna:
        stands = await anna.verdicts()
        assert {"unknown_address", "never_asked"} >= set(stands.values())
        for number, purpose in NUMBERS:
            await anna.gives(number)
            given = [entry for entry in await anna.ledger() if entry.endswith(" given")]
            assert (number, f"{purpose} given") == (len(given), given[-1])
            allowed = [p for p, verdict in (await anna.verdicts()).items() if verdict == "allowed"]
            assert [p for n, p in NUMBERS if n <= number] == allowed


@pytest.mark.parametrize("door", [SMS, CHAT])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_before_the_yes_it_is_said_how_to_withdraw(
    language: str, door: str, tmp_path: Path
) -> None:
    """What asks for a consent names the word that ends that very one (GDPR 7(3))."""
    async with customer(tmp_path, language) as anna:
        for number, purpose in NUMBERS:
            said = await anna.says(anna.words.give.format(number), door)
            assert "notice" in anna.told
            assert re.search(rf"(?:STOP|СТОП) {number}\b", said), (purpose, said)
            assert "allowed" != await anna.house.verdict(purpose)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_can_be_read_given_and_withdrawn_by_number_and_by_name(
    language: str, tmp_path: Path
) -> None:
    """All eight, as the menu shows them, are understood in the customer's language."""
    async with customer(tmp_path, language) as anna:
        for number, purpose in NUMBERS:
            anna.house.clock.wait(1)
            for named in (str(number), _label(anna, purpose, language)):
                await anna.says(anna.words.read.format(named))
                assert anna.told in {("explain",), ("page.state", "notice")}, named
                await anna.gives(named)
                assert "allowed" == await anna.house.verdict(purpose), named
                await anna.says(anna.words.withdraw.format(named))
                assert "withdrawn" == await anna.house.verdict(purpose), named


def _label(anna: Customer, purpose: str, language: str) -> str:
    wording = anna.house.assistant.wording(anna.house.brand, language, Form.CHAT)
    return wording.option(Option(name="explain", purpose=purpose))


@pytest.mark.parametrize("brand", ["lmt", "amigo"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_text_names_controller_and_policy(
    brand: str, language: str, tmp_path: Path
) -> None:
    """Whoever is asked in a chat reads who asks and where all of it is said."""
    async with customer(tmp_path, language, brand) as anna:
        said = await anna.says(anna.words.give.format(1), CHAT)
        phone, email = anna.contacts
        site = {"lmt": "mans.lmt.lv", "amigo": "amigo.lv"}[brand]
        for promised in (phone, email, site):
            assert promised in said
