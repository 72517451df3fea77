"""Any time, simply, at once, for that purpose alone, and with a way back (G4-G8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.customer import CHAT, LANGUAGES, NUMBERS, SMS, customer, found

_WHEN = {"lv": r"22\.11\.2026", "ru": r"22\.11\.2026", "en": r"22 Nov 2026"}
#: What was done before stays lawful; the others stay as they were.
_BEFORE = {"lv": r"likumīga", "ru": r"законн", "en": r"lawful"}
_OTHERS = {
    "lv": r"Pārējās piekrišanas paliek, kā bija|Citas nemainās|Pārējais nemainās",
    "ru": r"Остальные согласия не изменились|Прочее как было",
    "en": r"other consents stay|Other consents stay",
}


@pytest.mark.parametrize("door", [SMS, CHAT])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_confirmation_says_all_that_was_promised(
    language: str, door: str, tmp_path: Path
) -> None:
    """What, when, earlier processing stays lawful, others unchanged, how to give it again."""
    async with customer(tmp_path, language) as anna:
        for number, purpose in NUMBERS:
            await anna.gives(number)
            said = await anna.says(anna.words.withdraw.format(number), door)
            for promised in (_WHEN[language], _BEFORE[language], _OTHERS[language]):
                assert found(promised, said), (purpose, said)
            assert found(anna.words.give.format(number), said), (purpose, said)


@pytest.mark.parametrize("door", [SMS, CHAT])
@pytest.mark.parametrize(
    ("language", "stop", "everything"),
    [("lv", "STOP", "STOP VISU"), ("ru", "СТОП", "СТОП ВСЁ"), ("en", "STOP", "STOP ALL")],
)
async def test_so_does_that_of_a_stop(
    language: str, stop: str, everything: str, door: str, tmp_path: Path
) -> None:
    """STOP says so of offers, STOP ALL of all eight, of which none is left unchanged."""
    async with customer(tmp_path, language) as anna:
        for number, _ in NUMBERS:
            await anna.gives(number)
        said = await anna.says(stop, door)
        again = anna.words.give.format(1)
        for promised in (_WHEN[language], _BEFORE[language], _OTHERS[language], again):
            assert found(promised, said), said
        said = await anna.says(everything, door)
        for promised in (_WHEN[language], _BEFORE[language], anna.words.yes):
            assert found(promised, said), said
        assert {"withdrawn"} == set((await anna.verdicts()).values())


async def test_withdrawing_is_one_message_however_it_was_given(tmp_path: Path) -> None:
    """Never more steps than giving; in force when it is answered, no word of "are you sure"."""
    async with customer(tmp_path) as anna:
        for number, purpose in NUMBERS:
            before = anna.written
            await anna.gives(number)
            steps = anna.written - before
            assert "allowed" == await anna.house.verdict(purpose)
            await anna.says(f"STOP {number}")
            assert "withdrawn" == await anna.house.verdict(purpose)
            assert 1 < steps
            assert "withdrawn" == anna.told[0]
            assert not [told for told in anna.told if told.startswith("ask.")]


async def test_the_others_stay(tmp_path: Path) -> None:
    """Withdrawn one after the other, each takes nothing but itself along."""
    async with customer(tmp_path) as anna:
        for number, _ in NUMBERS:
            await anna.gives(number)
        stands = await anna.verdicts()
        for number, purpose in NUMBERS:
            await anna.says(f"STOP {number}")
            stands[purpose] = "withdrawn"
            assert stands == await anna.verdicts()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_can_be_given_again_at_once(language: str, tmp_path: Path) -> None:
    """A moment after the withdrawal, by the words that its confirmation names."""
    async with customer(tmp_path, language) as anna:
        for number, purpose in NUMBERS:
            await anna.gives(number)
            await anna.says(anna.words.withdraw.format(number))
            await anna.gives(number)
            assert "allowed" == await anna.house.verdict(purpose)
        history = await anna.ledger()
        assert 16 == len([entry for entry in history if entry.endswith(" given")])
        assert 8 == len([entry for entry in history if entry.endswith(" withdrawn")])


@pytest.mark.parametrize("hours", [3, 24 * 30, 24 * 365 * 9])
async def test_there_is_no_time_after_which_it_is_too_late(hours: int, tmp_path: Path) -> None:
    """In the night, a month later, nine years later."""
    async with customer(tmp_path) as anna:
        await anna.gives(8)
        anna.house.clock.wait(hours)
        await anna.says("STOP 8")
        assert "withdrawn" == await anna.house.verdict("research")


async def test_after_a_stop_everything_else_is_answered_as_before(tmp_path: Path) -> None:
    """Our STOP ends offers; whoever asks still gets an answer, which asks for no consent."""
    async with customer(tmp_path) as anna:
        await anna.says("STOP")
        for asked, told in (("STATUS", "status"), ("INFO 2", "explain"), ("AGENT", "human")):
            assert (await anna.says(asked)).startswith("LMT")
            assert told in anna.told
            assert not [t for t in anna.told if t == "notice" or t.startswith("ask.")]


async def test_what_was_said_before_stays_on_file(tmp_path: Path) -> None:
    """A withdrawal is written after the yes that it ends, which stays as it was."""
    async with customer(tmp_path) as anna:
        await anna.gives(2)
        before = await anna.house.decisions()
        await anna.says("STOP 2")
        after = await anna.house.decisions()
        assert before == after[: len(before)]
        assert ["traffic asked", "traffic given", "traffic withdrawn"] == await anna.ledger()
