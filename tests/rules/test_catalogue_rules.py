"""What the rules ask the catalogue, and what the shipped data answers."""

from __future__ import annotations

import pytest

from consent.catalogue import BrandId, Contact
from tests.builders import CATALOGUE


def test_there_are_eight_purposes_numbered_as_on_screen() -> None:
    """The purposes keep the numbers 1 to 8 that customers type."""
    expected = {
        1: "offers",
        2: "traffic",
        3: "profiling",
        4: "credit",
        5: "location",
        6: "loyalty",
        7: "loyalty_offers",
        8: "research",
    }
    assert expected == {p.number: p.id for p in CATALOGUE.purposes}


def test_a_purpose_is_found_by_its_id() -> None:
    """An id finds its purpose."""
    assert 3 == CATALOGUE.purpose("profiling").number


def test_an_unknown_id_is_an_error() -> None:
    """An id nobody has is refused, never guessed."""
    with pytest.raises(KeyError, match="weather"):
        CATALOGUE.purpose("weather")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(1, "offers", id="first"),
        pytest.param(8, "research", id="last"),
        pytest.param(0, None, id="zero"),
        pytest.param(9, None, id="past-the-last"),
        pytest.param(-1, None, id="negative"),
    ],
)
def test_a_number_finds_a_purpose_or_none(number: int, expected: str | None) -> None:
    """A number on screen finds its purpose; one that is not there finds none."""
    found = CATALOGUE.numbered(number)
    assert expected == (found.id if found else None)


def test_a_bare_stop_ends_the_two_marketing_purposes() -> None:
    """STOP ends `offers` and `loyalty_offers` (meaning.md, "Words customers send")."""
    assert ("offers", "loyalty_offers") == tuple(p.id for p in CATALOGUE.marketing)


def test_contact_stands_on_offers_or_on_loyalty_offers_for_former_customers() -> None:
    """Only 1 and 7 allow contact: 1 for customers, 7 for former customers."""
    expected = {"offers": Contact.CUSTOMER, "loyalty_offers": Contact.FORMER_CUSTOMER}
    assert expected == {p.id: p.contact for p in CATALOGUE.contacting}


def test_start_shows_offers() -> None:
    """START shows the notice of the first purpose that allows contact."""
    assert "offers" == CATALOGUE.opening.id


def test_proof_of_level_two_is_asked_for_three_purposes() -> None:
    """A grant of 3, 4 or 5 needs an answer only the holder of the number can give."""
    assert ["profiling", "credit", "location"] == [
        p.id for p in CATALOGUE.purposes if p.proof == 2
    ]


def test_only_location_can_be_paused() -> None:
    """A pause exists for location alone (ePrivacy 9(2))."""
    assert ["location"] == [p.id for p in CATALOGUE.purposes if p.pausable]


def test_the_loyalty_purposes_live_two_years_on_and_stand_side_by_side() -> None:
    """6 and 7 run two years after the service and each is explained beside the other."""
    expected = {"loyalty": (2, "loyalty_offers"), "loyalty_offers": (2, "loyalty")}
    assert expected == {
        p.id: (p.years_after_service, p.beside)
        for p in CATALOGUE.purposes
        if p.years_after_service is not None or p.beside is not None
    }


@pytest.mark.parametrize("brand", ["lmt", "amigo"])
def test_use_ends_with_the_service_by_default(brand: str) -> None:
    """Neither brand uses consents after the service ended unless the operator says so."""
    assert not CATALOGUE.brands[BrandId(brand)].use_after_service


def test_a_yes_is_good_for_a_day_by_default() -> None:
    """A yes answers a notice shown within 24 hours."""
    assert {24} == {b.yes_within_hours for b in CATALOGUE.brands.values()}
