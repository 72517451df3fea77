"""Check a number: the verdict in words, noted before it is told, and more to those who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from consent.decisions import Action
from tests.marketing.pages_stage import PATHS, Pages, named, paged, words
from tests.marketing.stage import DAY, number


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Return the pages with one customer who has given offers."""
    async with paged(tmp_path) as found:
        await found.stage.give(number(), "offers", "sms")
        yield found


async def test_a_verdict_in_words(pages: Pages) -> None:
    """Allowed or not, why, since when and by which decision; marketing learns nothing else."""
    yes = words(await pages.check("marketing"))
    looks = await pages.stage.looks()
    assert "Allowed +371 2•••••00" in yes
    assert ("allowed", "offers/sms", "staff:marketing") == (
        looks[0].answer,
        looks[0].question,
        looks[0].viewer,
    )
    assert "How everything stands" not in yes
    no = words(await pages.check("marketing", channel="email"))
    assert ("Not allowed" in no, "Channel not chosen" in no) == (True, True)
    assert {"allowed", "channel_unset"} == {x.answer for x in await pages.stage.looks()}


async def test_several_purposes_must_all_allow_it(pages: Pages) -> None:
    """Every consent that was ticked must be given; the answer names the one that is not."""
    answer = words(await pages.check("marketing", purpose=["offers", "traffic"]))
    assert "Never asked" in answer
    assert "Because of 2. Usage data" in answer


async def test_care_must_say_why(pages: Pages) -> None:
    """Without a reason care is shown nothing and nobody is noted; with one it is noted."""
    refused = await pages.check("care", reason="  ")
    assert (400, []) == (refused.status_code, await pages.stage.looks())
    assert "Say why you look." in words(refused)
    shown = words(await pages.check("care", reason="they  called\n us"))
    looks = await pages.stage.looks()
    assert ["they called us"] * 2 == [look.reason_of_look for look in looks]
    assert {"offers/sms", "history"} == {look.question for look in looks}
    assert "How everything stands" in shown
    for name in ("1. Offers given", "8. Research never asked", "SMS on", "E-mail not chosen"):
        assert name in shown


async def test_only_privacy_sees_the_words(pages: Pages) -> None:
    """What the customer said word for word is shown to the privacy officer alone."""
    await pages.stage.says(number(), "STOP please, dear people", "m1")
    care, privacy = await pages.check("care"), await pages.check("privacy")
    said = "STOP please, dear people"
    assert (False, True) == (said in words(care), said in words(privacy))


async def test_care_sees_a_short_history(pages: Pages) -> None:
    """Care sees the last ten decisions, the privacy officer all."""
    for turn in range(12):
        action = Action.OFF if turn % 2 else Action.ON
        ago = DAY / 2 - turn * timedelta(minutes=5)
        await pages.stage.decide(number(), {"email": action}, ago=ago)
    entries = [
        (await pages.check(login)).text.count("<li>\n    <p><strong>")
        for login in ("care", "privacy")
    ]
    assert [10, 14] == entries


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"address": "hello"}, id="no number"),
        pytest.param({"address": ""}, id="nothing"),
        pytest.param({"purpose": []}, id="no purpose"),
        pytest.param({"purpose": "world_peace"}, id="unknown purpose"),
        pytest.param({"channel": "pigeon"}, id="unknown channel"),
        pytest.param({"topic": "weather"}, id="unknown topic"),
    ],
)
async def test_a_wrong_form_looks_at_nobody(pages: Pages, wrong: dict[str, object]) -> None:
    """A form that cannot be answered is shown again with what to mend; nobody was looked at."""
    answer = await pages.check("marketing", **wrong)
    assert (400, []) == (answer.status_code, await pages.stage.looks())
    assert "Nobody was looked up" in words(answer)


async def test_what_is_typed_is_never_markup(pages: Pages) -> None:
    """A reason with markup in it comes back as text, and the number is not in the address."""
    answer = await pages.check("care", reason="<script>alert(1)</script>", address="nobody")
    assert ("<script>alert" in answer.text, "&lt;script&gt;" in answer.text) == (False, True)
    assert PATHS["number"] == answer.request.url.path
    assert not answer.request.url.query


async def test_an_unknown_number(pages: Pages) -> None:
    """Unknown means not allowed, in so many words, and there is no decision to name."""
    answer = words(await pages.check("care", address="+371 2 999 9999"))
    assert ("Unknown address" in answer, "none: nothing was ever said" in answer) == (True, True)
    assert "Nothing is on file" in answer


async def test_a_crm_id_can_be_asked_by(pages: Pages) -> None:
    """In its own field, instead of a number; both at once mean nobody."""
    await named(pages.stage, number(), "C-017a")
    page = await pages.check("marketing", address="", crm_id=" C-017a ")
    assert "Allowed ••••7a" in words(page)
    refused = await pages.check("marketing", crm_id="C-017a")
    assert (400, True) == (refused.status_code, "only one of them" in words(refused))
    assert 1 == len(await pages.stage.looks())
