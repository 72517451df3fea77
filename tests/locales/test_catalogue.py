"""The catalogue: the shipped one is what the documents say, a broken one is refused."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from consent.catalogue import BrandId, Contact, Controller
from consent.errors import CatalogueBroken
from locales.catalogue_source import load_catalogue
from tests.locales.voices import LANGUAGES, PURPOSES, copy_words, shipped_catalogue

#: Purposes of the W3C Data Privacy Vocabulary 2.0 (dpv/2.0/purposes.csv, column Term).
DPV_PURPOSES = {
    "CreditChecking",
    "DirectMarketing",
    "ImproveTransportMobility",
    "PersonalisedBenefits",
    "ProvidePersonalisedRecommendations",
    "ServicePersonalisation",
}
#: The document's words in Russian; the others are translations (glossary.tsv, "contact").
_ADDRESS = {
    "lv": "Ropažu iela 6, Rīga, Latvija",
    "ru": "ул. Ропажу 6, Рига, Латвия",
    "en": "Ropažu iela 6, Riga, Latvia",
}
_CENTRE = {
    "lv": "LMT klientu apkalpošanas centrs",
    "ru": "Центр обслуживания клиентов LMT",
    "en": "LMT customer service centre",
}
#: seeds.md 1.1, A3-A9.
CONTROLLERS = {
    "lmt": Controller(
        name="Latvijas Mobilais Telefons",
        registration="LV50003050931",
        address=_ADDRESS,
        email="info@lmt.lv",
        phone="80768076",
        service_centre=_CENTRE,
        policy_sites=("lmt.lv", "mans.lmt.lv"),
    ),
    "amigo": Controller(
        name="ZetCOM",
        registration="LV40003582107",
        address=_ADDRESS,
        email="info@amigo.lv",
        phone="80700000",
        service_centre=_CENTRE,
        policy_sites=("amigo.lv",),
    ),
}


@pytest.mark.parametrize("brand", CONTROLLERS)
def test_controller_is_the_one_in_the_document(brand: str) -> None:
    """Name, registration, address, contacts, centre and sites are those of seeds A3-A9."""
    assert CONTROLLERS[brand] == shipped_catalogue().brands[BrandId(brand)].controller


def test_brands_are_named_as_in_the_documents() -> None:
    """The two brands carry the names of seeds A2, and both show the centre of A9."""
    brands = shipped_catalogue().brands.values()
    assert [("lmt", "LMT", True), ("amigo", "Amigo", True)] == [
        (b.id, b.name, b.show_service_centre) for b in brands
    ]


def test_languages_and_zone() -> None:
    """Customers can use three languages, and a day ends in Riga."""
    assert set(LANGUAGES) == set(shipped_catalogue().languages)
    assert ZoneInfo("Europe/Riga") == shipped_catalogue().timezone


def test_sms_are_answered_to_latvian_mobile_numbers() -> None:
    """Answers to premium and foreign numbers cost more than they are worth: +371 2 it is."""
    brands = shipped_catalogue().brands.values()
    assert [("+3712",)] * 2 == [brand.sms_answers_to for brand in brands]


def test_an_operator_may_answer_elsewhere(tmp_path: Path) -> None:
    """Each brand names the beginnings of numbers that are worth an answer to it."""
    root = copy_words(tmp_path)
    named = 'name = "Amigo"\nsms_answers_to = ["+3712", "+37060", "+4"]'
    _edit(root, "brands.toml", 'name = "Amigo"', named)
    brands = load_catalogue(root).brands
    assert ("+3712", "+37060", "+4") == brands[BrandId("amigo")].sms_answers_to
    assert ("+3712",) == brands[BrandId("lmt")].sms_answers_to


def test_purposes_are_numbered_as_in_the_documents() -> None:
    """The eight consents of seeds 1.3 have their numbers, in their order."""
    assert list(enumerate(PURPOSES, 1)) == [(p.number, p.id) for p in shipped_catalogue().purposes]


def test_only_offers_and_loyalty_offers_are_marketing() -> None:
    """A bare STOP ends consents 1 and 7, and these alone allow contact (seeds C1, C7)."""
    assert ["offers", "loyalty_offers"] == [p.id for p in shipped_catalogue().marketing]
    assert {"offers": Contact.CUSTOMER, "loyalty_offers": Contact.FORMER_CUSTOMER} == {
        p.id: p.contact for p in shipped_catalogue().contacting
    }


def test_special_rules_are_where_the_documents_put_them() -> None:
    """Automation, pause, term, proof and other ways are those of meaning.md and seeds 1.3."""
    purposes = shipped_catalogue().purposes
    assert ["profiling"] == [p.id for p in purposes if p.automated_decisions]
    assert ["location"] == [p.id for p in purposes if p.pausable]
    assert {"loyalty": 2, "loyalty_offers": 2} == {
        p.id: p.years_after_service for p in purposes if p.years_after_service
    }
    assert ["profiling", "credit", "location"] == [p.id for p in purposes if p.proof == 2]
    assert {"credit": ("other_proof_of_credit",)} == {
        p.id: p.alternatives for p in purposes if p.alternatives
    }
    assert {"loyalty": "loyalty_offers", "loyalty_offers": "loyalty"} == {
        p.id: p.beside for p in purposes if p.beside
    }


def test_purposes_of_the_vocabulary_exist() -> None:
    """Every purpose is classified by a term that the vocabulary has."""
    assert {f"dpv:{name}" for name in DPV_PURPOSES} == {
        p.dpv for p in shipped_catalogue().purposes
    }


def test_legal_slots_are_empty() -> None:
    """What the documents do not say, the catalogue does not say either (seeds 1.5)."""
    said = [
        (p.id, slot)
        for p in shipped_catalogue().purposes
        for slot in (p.legal.duration, p.legal.recipients, p.legal.third_parties)
        if slot
    ]
    assert [] == said


def test_channels_and_topics_are_those_of_the_documents() -> None:
    """Three channels and three topics are named; topics of e-mail are marked as proposals."""
    assert ["email", "sms", "call"] == [c.id for c in shipped_catalogue().channels]
    topics = shipped_catalogue().topics
    assert {"news", "greetings", "surveys"} == {t.id for t in topics if not t.proposed}
    assert {"email"} == {t.channel for t in topics if t.proposed}


class Break(NamedTuple):
    """One way to break the data, and what the operator must be told."""

    file: str
    old: str
    new: str
    key: str
    reason: str


_LV_RU_EN = 'languages = ["lv", "ru", "en"]'
_ZONE = 'timezone = "Europe/Riga"'
_RU_CENTRE = 'ru = "Центр обслуживания клиентов LMT", '
BREAKS = {
    "bad TOML": Break("topics.toml", "[[topic]]", "[[topic]", "-", "not readable as TOML"),
    "misspelt table": Break("channels.toml", "[[channel]]", "[[other]]", "other", "no such key"),
    "unknown key": Break(
        "purposes.toml", "proof = 2", "prof = 2", "purpose[3].prof", "no such key"
    ),
    "unknown key deep inside": Break(
        "brands.toml", "phone =", "fone =", "brand[1].controller.fone", "no such key"
    ),
    "missing key": Break("channels.toml", 'id = "sms"', "", "channel[2]", "required field `id`"),
    "wrong type": Break("purposes.toml", "number = 2", 'number = "2"', "purpose[2].number", "int"),
    "truth as a number": Break(
        "purposes.toml", "marketing = true", "marketing = 1", "purpose[1].marketing", "bool"
    ),
    "unknown word": Break(
        "purposes.toml", '"customer"', '"anybody"', "purpose[1].contact", "anybody"
    ),
    "id twice": Break("channels.toml", 'id = "sms"', 'id = "call"', "channel call", "twice"),
    "id of other letters": Break(
        "channels.toml", 'id = "sms"', 'id = "S.M.S"', "channel S.M.S", "a-z"
    ),
    "numbers with a gap": Break("purposes.toml", "number = 8", "number = 9", "number", "gap"),
    "number twice": Break("purposes.toml", "number = 8", "number = 7", "number", "gap"),
    "numbers from nought": Break("purposes.toml", "number = 1\n", "number = 0\n", "number", "gap"),
    "unknown beside": Break(
        "purposes.toml",
        'beside = "loyalty"',
        'beside = "royalty"',
        "purpose loyalty_offers.beside",
        "no such purpose",
    ),
    "proof 3": Break("purposes.toml", "proof = 2", "proof = 3", "purpose profiling.proof", "1 or"),
    "proof 0": Break("purposes.toml", "proof = 2", "proof = 0", "purpose profiling.proof", "1 or"),
    "no vocabulary": Break(
        "purposes.toml", "dpv:DirectMarketing", "DirectMarketing", "purpose offers.dpv", "dpv:"
    ),
    "no years": Break(
        "purposes.toml",
        "years_after_service = 2",
        "years_after_service = 0",
        "purpose loyalty.years_after_service",
        "at least 1",
    ),
    "STOP ends nothing": Break("purposes.toml", "marketing = true", "", "marketing", "nothing"),
    "unknown topic channel": Break(
        "topics.toml", '"email"', '"telepathy"', "topic tariffs.channel", "no such channel"
    ),
    "language not offered": Break(
        "brands.toml",
        'default_language = "lv"',
        'default_language = "et"',
        "brand lmt.default_language",
        "not offered",
    ),
    "languages no list": Break("brands.toml", _LV_RU_EN, 'languages = "lv"', "languages", "list"),
    "no languages": Break("brands.toml", _LV_RU_EN, "languages = []", "languages", "none"),
    "centre in two languages": Break(
        "brands.toml", _RU_CENTRE, "", "brand lmt.controller.service_centre", "missing in ru"
    ),
    "unknown timezone": Break(
        "brands.toml", _ZONE, 'timezone = "Europe/Rigga"', "timezone", "Europe/Rigga"
    ),
    "no timezone": Break("brands.toml", _ZONE, "", "timezone", "unknown"),
    "a folder as timezone": Break(
        "brands.toml", _ZONE, 'timezone = "Europe"', "timezone", "unknown"
    ),
    "a yes that lasts a year": Break(
        "brands.toml",
        'name = "LMT"',
        'name = "LMT"\nyes_within_hours = 8760',
        "brand lmt.yes_within_hours",
        "1 to 168",
    ),
    "answers to a number without its plus": Break(
        "brands.toml",
        'name = "LMT"',
        'name = "LMT"\nsms_answers_to = ["+3712", "3712"]',
        "brand lmt.sms_answers_to",
        "beginnings of numbers",
    ),
    "answers to everybody": Break(
        "brands.toml",
        'name = "Amigo"',
        'name = "Amigo"\nsms_answers_to = ["+"]',
        "brand amigo.sms_answers_to",
        "like +3712",
    ),
    "answers to a pattern": Break(
        "brands.toml",
        'name = "LMT"',
        'name = "LMT"\nsms_answers_to = ["+371*"]',
        "brand lmt.sms_answers_to",
        "beginnings of numbers",
    ),
    "answers to one number, no list": Break(
        "brands.toml",
        'name = "LMT"',
        'name = "LMT"\nsms_answers_to = "+3712"',
        "brand[1].sms_answers_to",
        "array",
    ),
}


def _edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / "catalogue" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _fault(root: Path) -> CatalogueBroken:
    with pytest.raises(CatalogueBroken) as caught:
        load_catalogue(root)
    return caught.value


@pytest.mark.parametrize("name", BREAKS)
def test_broken_catalogue_is_refused(name: str, tmp_path: Path) -> None:
    """A broken catalogue is refused with the file, the key and the reason."""
    root, broken = copy_words(tmp_path), BREAKS[name]
    _edit(root, broken.file, broken.old, broken.new)
    fault = _fault(root)
    assert (broken.file, broken.key) == (fault.file, fault.key)
    assert broken.reason in fault.reason
    assert str(fault).endswith(f" {broken.file}: {broken.key}: {fault.reason}")


def test_nobody_to_contact_is_refused(tmp_path: Path) -> None:
    """A catalogue in which no purpose allows contact is refused: START could show nothing."""
    root = copy_words(tmp_path)
    _edit(root, "purposes.toml", 'contact = "customer"\n', "")
    _edit(root, "purposes.toml", 'contact = "former_customer"\n', "")
    fault = _fault(root)
    assert ("purposes.toml", "contact") == (fault.file, fault.key)


@pytest.mark.parametrize("file", ["brands", "purposes", "channels", "topics"])
def test_missing_file_is_refused(file: str, tmp_path: Path) -> None:
    """A file that is not there is named."""
    root = copy_words(tmp_path)
    (root / "catalogue" / f"{file}.toml").unlink()
    fault = _fault(root)
    assert (f"{file}.toml", "the file is missing") == (fault.file, fault.reason)


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is named, not guessed at."""
    root = copy_words(tmp_path)
    (root / "catalogue" / "topics.toml").write_bytes(
        '# tēmas\n[[topic]]\nid = "a"'.encode("utf-16")
    )
    fault = _fault(root)
    assert ("topics.toml", "-") == (fault.file, fault.key)


def test_fourth_channel_is_data_alone(tmp_path: Path) -> None:
    """A further channel needs one entry and no code."""
    root = copy_words(tmp_path)
    file = root / "catalogue" / "channels.toml"
    entry = '\n[[channel]]\nid = "push"\ncamara_scope = "marketing-offers:push"\n'
    file.write_text(file.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert ["email", "sms", "call", "push"] == [c.id for c in load_catalogue(root).channels]


def test_ninth_purpose_is_data_alone(tmp_path: Path) -> None:
    """A further purpose needs one entry and no code; what is not said of it is the safe value."""
    root = copy_words(tmp_path)
    file = root / "catalogue" / "purposes.toml"
    entry = (
        '\n[[purpose]]\nid = "raffles"\nnumber = 9\ndata = ["Name"]\nbenefits = ["win"]\n'
        'dpv = "dpv:Marketing"\ncamara_scopes = ["raffles:draw"]\n'
    )
    file.write_text(file.read_text(encoding="utf-8") + entry, encoding="utf-8")
    catalogue = load_catalogue(root)
    raffles = catalogue.purpose("raffles")
    assert raffles == catalogue.numbered(9)
    assert (Contact.NOBODY, False, 1) == (raffles.contact, raffles.marketing, raffles.proof)


def test_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    """Purposes come by number, however the operator sorted the file."""
    root = copy_words(tmp_path)
    _edit(root, "purposes.toml", "number = 1\n", "number = 99\n")
    _edit(root, "purposes.toml", "number = 8\n", "number = 1\n")
    _edit(root, "purposes.toml", "number = 99\n", "number = 8\n")
    assert ["research", "offers"] == [load_catalogue(root).purposes[n].id for n in (0, 7)]
