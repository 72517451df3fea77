"""Several verbs in one message, each with what it is about."""

from __future__ import annotations

import pytest

from consent.intents import IntentName
from tests.understanding import brief, said

_2_TO_6, _7_AND_8 = "traffic profiling credit location loyalty", "loyalty_offers research"


def _wishes(text: str) -> list[tuple[str, str]]:
    """Return what is to end and to come: "off" and "on" with what is named, in order."""
    sides = {IntentName.WITHDRAW: "off", IntentName.GRANT: "on"}
    return [
        (sides[w.name], " ".join(w.channels or w.topics or w.purposes)) for w in said(text).wishes
    ]


@pytest.mark.parametrize(
    "text",
    [
        "yes 1, no 7",
        "yes to 1, no to 7",
        "YES 1 NO 7",
        "1 yes, 7 no",
        "1 - yes, 7 - no",
        "no to 7, yes to 1",
        "on 1 off 7",
        "1 on, 7 off",
        "yes 1, stop 7",
        "Grant: offers. Revoke: loyalty offers.",
        "ja 1, ne 7",
        "1 jā, 7 nē",
        "jā 1. nē 7.",
        "piekrītu 1, atsaucu 7",
        "да 1, нет 7",
        "да на 1, нет на 7",
        "1 - да, 7 - нет",
        "yes-1, no-7",
        "1=да 7=нет",
        "1: yes\n7: no",
        "1) jā 7) nē",
        "1 iesl, 7 izsl",
        "согласен на 1, отказываюсь от 7",
        "7 откл 1 вкл",
        "7 otkl 1 vkl",
        "1 vkl, 7 vykl",
        "1 vkljuchit, 7 vykljuchit",
    ],
)
def test_a_yes_and_a_no_are_each_about_their_own(text: str) -> None:
    """What is refused ends, and only what is allowed leads to a notice."""
    assert [("off", "loyalty_offers"), ("on", "offers")] == _wishes(text)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("stop 3, stop 5", [("off", "profiling location")]),
        ("stop 3 un 5, ja 2", [("off", "profiling location"), ("on", "traffic")]),
        ("1 ja, 2 ne, 3 ja", [("off", "traffic"), ("on", "offers profiling")]),
        ("да 1 и 2, нет 3-4", [("off", "profiling credit"), ("on", "offers traffic")]),
        ("1,2,3 off 4 on", [("off", "offers traffic profiling"), ("on", "credit")]),
        ("off: 1, 2, 3; on: 4", [("off", "offers traffic profiling"), ("on", "credit")]),
        ("звонки нет, смс да", [("off", "call"), ("on", "sms")]),
        ("zvani nē, e-pasts jā", [("off", "call"), ("on", "email")]),
        ("no calls, yes e-mail", [("off", "call"), ("on", "email")]),
        ("no calls, stop 2 to 3", [("off", "traffic profiling"), ("off", "call")]),
        ("yes to location, no to research", [("off", "research"), ("on", "location")]),
    ],
)
def test_lists_ranges_and_names_belong_to_their_verb(
    text: str, wishes: list[tuple[str, str]]
) -> None:
    """Each verb may have several numbers or names, and each number or name one verb."""
    assert wishes == _wishes(text)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "1 un 7 jā, pārējie nē",
            [("off", f"{_2_TO_6} research"), ("on", "offers loyalty_offers")],
        ),
        ("да на 1, нет на остальные", [("off", f"{_2_TO_6} {_7_AND_8}"), ("on", "offers")]),
        ("1 no, others yes", [("off", "offers"), ("on", f"{_2_TO_6} {_7_AND_8}")]),
        (
            "да 1 и 8, остальное нет",
            [("off", f"{_2_TO_6} loyalty_offers"), ("on", "offers research")],
        ),
        ("stop 1-6, yes to the rest", [("off", f"offers {_2_TO_6}"), ("on", _7_AND_8)]),
    ],
)
def test_the_rest_is_what_no_other_verb_is_about(text: str, wishes: list[tuple[str, str]]) -> None:
    """Every consent that is named nowhere else."""
    assert wishes == _wishes(text)


@pytest.mark.parametrize(
    "text", ["sms yes, rest no", "yes 9, no to the rest", "yes all, no rest", "no 9, yes the rest"]
)
def test_the_rest_of_what_is_no_consent_gives_nothing(text: str) -> None:
    """The rest of the channels may be meant, or of nothing: nothing but the rest ends."""
    assert IntentName.GRANT not in {wish.name for wish in said(text).wishes}


@pytest.mark.parametrize(
    "text", ["отзываю 3, согласие 5", "withdraw 3, consent 5", "atsaucu 3, piekrišana 5"]
)
def test_the_name_of_a_consent_gives_nothing(text: str) -> None:
    """What could mean "the consent" as well as "I consent" is no verb beside another."""
    assert [("off", "profiling location")] == _wishes(text)


@pytest.mark.parametrize(
    "text",
    [
        *("yes no 1", "stop sms stop", "yes 1 no", "1 yes no 7", "yes 1 2 3 no", "yes 1, 2, no"),
        *("yes 1 no 1", "stop 1, start 1", "yes 1-4, no 3", "no sms, yes sms", "yes all, no 3"),
        *("nē, 1 jā, 2 arī", "да, 1 нет, 2 тоже"),
    ],
)
def test_a_verb_too_many_gives_nothing(text: str) -> None:
    """Nor what is refused as well, nor what stands behind a yes or no by itself."""
    assert IntentName.GRANT not in {wish.name for wish in said(text).wishes}


def test_from_one_to_another_is_no_refusal() -> None:
    """Latvian "no" means "from" beside Latvian words."""
    assert "grant traffic profiling credit" == brief("jā no 2 līdz 4")


@pytest.mark.parametrize(
    "text", ["no 3, yes help 1", "no 3, yes sms and 1 except 2", "no calls, yes 3 and sms"]
)
def test_what_does_not_add_up_gives_nothing(text: str) -> None:
    """A word that names nothing, an exception, a channel beside a consent: nothing is given."""
    assert IntentName.GRANT not in {wish.name for wish in said(text).wishes}


@pytest.mark.parametrize("text", ["no 3, yes 99", "yes 99, no 3", "3 no, 99 yes"])
def test_a_number_that_is_nobodys_gives_nothing(text: str) -> None:
    """What is refused ends; of the number that no consent has, it is said so."""
    ends, gives = said(text).wishes
    assert (("profiling",), None) == (ends.purposes, ends.unknown_number)
    assert ((), 99) == (gives.purposes, gives.unknown_number)


@pytest.mark.parametrize("text", ["ok, no 3", "okay stop 3", "ладно, нет 3"])
def test_an_okay_before_a_refusal_gives_nothing(text: str) -> None:
    """It says that one was heard."""
    assert "withdraw profiling" == brief(text)


@pytest.mark.parametrize("text", ["switch off items 2 to 5 on email", "stop 3 on sms"])
def test_a_way_is_no_verb(text: str) -> None:
    """The English "on" in front of a channel, behind a consent, says by what way."""
    assert IntentName.GRANT not in {wish.name for wish in said(text).wishes}


def test_channels_go_off_and_on_in_turn() -> None:
    """Between channels "on" is a verb."""
    assert [("off", "call"), ("on", "email")] == _wishes("off calls, on email")
