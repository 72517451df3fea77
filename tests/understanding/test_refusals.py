"""What a withdrawal in free wording ends, with words taught by hand."""

from __future__ import annotations

import pytest

from consent.intents import IntentName, Scope, Wish
from consent.understanding.refusals import intent_of, wishes_of
from tests.builders import CHANNELS, PURPOSES
from tests.understanding import taught
from tests.understanding.taught import Says, States, heard, understood

OFF, ON = (0.9, 0.02), (0.02, 0.9)
ENDS: Says = {"zork": {"withdraw": 0.95}}
BUT_TRAFFIC = " ".join(p for p in PURPOSES if p != "traffic")
EVERY_PURPOSE = dict.fromkeys(PURPOSES, 0.9)


@pytest.mark.parametrize(
    ("expected", "shares"),
    [
        pytest.param("withdraw traffic", {"withdraw": 0.9}, id="certain"),
        pytest.param("withdraw traffic ?", {"withdraw": 0.4}, id="in doubt it is asked"),
        pytest.param("unclear", {"withdraw": 0.15}, id="hardly a withdrawal"),
        pytest.param("unclear", {"withdraw": 0.3, "grant": 0.5}, id="rather a grant"),
        pytest.param(
            "withdraw traffic",
            {"withdraw": 0.5, "withdraw_all marketing": 0.2, "withdraw_all all": 0.2},
            id="all that end count together",
        ),
    ],
)
def test_how_certain(expected: str, shares: dict[str, float]) -> None:
    """A clear withdrawal is carried out; one in doubt is asked about, never lost."""
    assert expected == heard("zork traffic", {"zork": shares}, {"traffic": OFF})


@pytest.mark.parametrize(
    ("expected", "shares"),
    [
        pytest.param("withdraw_all marketing", {"withdraw": 0.9}, id="nothing is named"),
        pytest.param("withdraw_all marketing", {"withdraw_all marketing": 0.9}, id="marketing"),
        pytest.param("withdraw_all all", {"withdraw_all all": 0.9}, id="everything"),
        pytest.param(
            "withdraw_all all", {"withdraw": 0.6, "withdraw_all all": 0.3}, id="rather all"
        ),
        pytest.param(
            "withdraw_all marketing ?",
            {"withdraw_all all": 0.2, "withdraw_all marketing": 0.22},
            id="asked",
        ),
    ],
)
def test_without_a_name(expected: str, shares: dict[str, float]) -> None:
    """A withdrawal that names nothing ends the marketing, or everything if that is likelier."""
    assert expected == heard("zork it", {"zork": shares})


@pytest.mark.parametrize(
    ("expected", "shares"),
    [
        pytest.param(
            "withdraw_all marketing, withdraw traffic",
            {"withdraw_all marketing": 0.6, "withdraw": 0.35},
            id="rather all marketing",
        ),
        pytest.param(
            "withdraw_all all",
            {"withdraw_all marketing": 0.25, "withdraw_all all": 0.35, "withdraw": 0.38},
            id="rather all of either kind",
        ),
    ],
)
def test_all_goes_before_what_is_named(expected: str, shares: dict[str, float]) -> None:
    """A name beside "all" does not make the withdrawal smaller."""
    assert expected == heard("zork traffic", {"zork": shares}, {"traffic": OFF})


@pytest.mark.parametrize(
    ("text", "states", "beside"),
    [
        pytest.param("zork traffic", {"traffic": OFF}, [("traffic",)], id="a consent"),
        pytest.param(
            "zork traffic credit",
            {"traffic": OFF, "credit": OFF},
            [("traffic", "credit")],
            id="two of them",
        ),
        pytest.param("zork offers", {"offers": OFF}, [], id="a part of it"),
        pytest.param("zork loyalty_offers", {"loyalty_offers": OFF}, [], id="another part of it"),
        pytest.param("zork email", {"email": OFF}, [], id="a way to send it"),
        pytest.param("zork traffic", {"traffic": (0.7, 0.1)}, [], id="only likely"),
    ],
)
def test_what_clearly_ends_beside_advertising(
    text: str, states: States, beside: list[tuple[str, ...]]
) -> None:
    """Advertising ends, and what is no part of it ends as well."""
    says: Says = {"zork": {"withdraw_all marketing": 0.95}}
    first, *rest = understood(text, says, states).wishes
    assert (IntentName.WITHDRAW_ALL, Scope.MARKETING) == (first.name, first.scope)
    assert [(IntentName.WITHDRAW, things) for things in beside] == [
        (wish.name, wish.purposes) for wish in rest
    ]


@pytest.mark.parametrize(
    ("expected", "text", "states"),
    [
        pytest.param("withdraw email", "zork email", {"email": OFF}, id="a channel"),
        pytest.param(
            "withdraw email sms", "zork sms email", {"email": OFF, "sms": OFF}, id="two channels"
        ),
        pytest.param(
            "withdraw_all marketing",
            "zork sms email call",
            dict.fromkeys(CHANNELS, OFF),
            id="every channel is all marketing",
        ),
        pytest.param("withdraw news", "zork news", {"news": OFF}, id="a topic"),
        pytest.param("withdraw traffic", "zork traffic", {"traffic": OFF}, id="a consent"),
        pytest.param("withdraw offers", "zork offers", {"offers": OFF}, id="the offers"),
        pytest.param(
            "withdraw credit location traffic",
            "zork traffic credit location",
            dict.fromkeys(("traffic", "credit", "location"), OFF),
            id="three consents",
        ),
        pytest.param(
            "withdraw credit traffic",
            "zork traffic credit",
            {"traffic": OFF, "credit": OFF},
            id="two consents",
        ),
        pytest.param(
            "withdraw email",
            "zork email offers",
            {"email": OFF, "offers": OFF},
            id="the channel of the offers is that channel",
        ),
        pytest.param(
            "withdraw traffic, withdraw email",
            "zork email traffic",
            {"email": OFF, "traffic": OFF},
            id="a consent and a channel",
        ),
        pytest.param(
            "withdraw email, withdraw news",
            "zork news email",
            {"email": OFF, "news": OFF},
            id="a channel and a topic",
        ),
        pytest.param(
            "withdraw traffic",
            "zork traffic credit",
            {"traffic": OFF},
            id="one refused, one spoken of",
        ),
        pytest.param(
            "withdraw email, grant sms",
            "zork email sms",
            {"email": OFF, "sms": ON},
            id="another on",
        ),
        pytest.param(
            "withdraw traffic, grant credit, grant sms",
            "zork traffic credit sms",
            {"traffic": OFF, "credit": ON, "sms": ON},
            id="two others on",
        ),
        pytest.param(
            "withdraw_all marketing",
            "zork traffic",
            {"traffic": (0.05, 0.05)},
            id="named, but hardly meant",
        ),
    ],
)
def test_what_is_named(expected: str, text: str, states: States) -> None:
    """Exactly what is refused ends, and what is wanted instead is granted."""
    assert expected == heard(text, ENDS, states)


def test_what_is_wanted_in_doubt_is_in_doubt() -> None:
    """A withdrawal that is asked about switches nothing on by the way."""
    found = heard("zork email sms", {"zork": {"withdraw": 0.4}}, {"email": OFF, "sms": ON})
    assert "withdraw email ?, grant sms ?" == found


def test_what_is_clearly_kept_is_told_beside_all() -> None:
    """Whoever ends all marketing and clearly wants one thing gets both; a hint is no wish."""
    says: Says = {"zork": {"withdraw_all marketing": 0.95}}
    clearly, hardly = {"traffic": (0.02, 0.95)}, {"traffic": (0.3, 0.65)}
    assert "withdraw_all marketing, grant traffic" == heard("zork traffic", says, clearly)
    assert "withdraw_all marketing" == heard("zork traffic", says, hardly)


@pytest.mark.parametrize(
    ("expected", "text", "kept"),
    [
        pytest.param(f"withdraw {BUT_TRAFFIC}", "zork traffic", (0.2, 0.1), id="all but one"),
        pytest.param("withdraw_all all", "zork it", OFF, id="nothing named"),
        pytest.param("withdraw_all all", "zork traffic", (0.97, 0.01), id="the name refused too"),
    ],
)
def test_all_but(expected: str, text: str, kept: tuple[float, float]) -> None:
    """Many consents refused without a name are all of them, but for those that are named."""
    states = dict.fromkeys(PURPOSES, OFF) | {"traffic": kept}
    found = heard(text, {"zork": {"withdraw": 0.95, **EVERY_PURPOSE}}, states)
    assert sorted(expected.split()) == sorted(found.split())


def test_wishes_go_by_kind() -> None:
    """Consents, channels and topics are wishes of their own, in this order."""
    learned = taught.learned({})
    wanted = ["news", "sms", "traffic", "email", "credit"]
    assert [
        Wish(name=IntentName.GRANT, purposes=("traffic", "credit"), certain=False),
        Wish(name=IntentName.GRANT, channels=("sms", "email"), certain=False),
        Wish(name=IntentName.GRANT, topics=("news",), certain=False),
    ] == wishes_of(IntentName.GRANT, wanted, learned, certain=False)
    assert [] == wishes_of(IntentName.GRANT, [], learned)


def test_an_intent_is_its_first_wish() -> None:
    """One wish is the intent; of several the first stands in front and all are kept."""
    stop, start = (
        Wish(name=IntentName.WITHDRAW, channels=("sms",), certain=False),
        Wish(name=IntentName.GRANT, purposes=("traffic",)),
    )
    one, two = intent_of([stop], 0.456), intent_of([stop, start], 0.456)
    assert ((stop,), ()) == (one.wishes, one.actions)
    assert (stop, start) == two.wishes
    assert (("sms",), False, 0.46) == (two.channels, two.certain, two.confidence)
