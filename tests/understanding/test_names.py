"""Names of purposes, channels and topics, with and without a verb."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from consent.intents import IntentName, Scope, Wish
from locales import ROOT
from tests.understanding import CATALOGUE, brief, said

ALL_CHANNELS = "email sms call"


def _shown(kind: str, field: str, ids: list[str]) -> list[tuple[str, str]]:
    """Return (id, text) of every name that customers are shown, with the brand filled in."""
    shown: list[tuple[str, str]] = []
    for language in CATALOGUE.languages:
        with (ROOT / language / "purposes.po").open("rb") as file:
            names = {m.id: m.string for m in read_po(file)}
        for name in ids:
            text = str(names[f"{kind}.{name}.{field}"])
            shown += [(name, text.replace("{brand}", b.name)) for b in CATALOGUE.brands.values()]
    return list(dict.fromkeys(shown))


PURPOSES = [str(p.id) for p in CATALOGUE.purposes]
TITLES = _shown("purpose", "title", PURPOSES) + _shown("purpose", "label", PURPOSES)
CHANNELS = _shown("channel", "name", [str(c.id) for c in CATALOGUE.channels])
TOPICS = _shown("topic", "name", [str(t.id) for t in CATALOGUE.topics])


@pytest.mark.parametrize(("purpose", "text"), TITLES)
def test_a_title_or_label_alone_is_explained(purpose: str, text: str) -> None:
    """Every title and label that customers see is understood as that purpose."""
    intent = said(text)
    assert (IntentName.EXPLAIN, (purpose,)) == (intent.name, intent.purposes)
    stop = said(f"STOP {text}")
    assert (IntentName.WITHDRAW, (purpose,)) == (stop.name, stop.purposes)


@pytest.mark.parametrize(("channel", "text"), CHANNELS)
def test_a_channel_as_shown_is_understood(channel: str, text: str) -> None:
    """The words our texts tell customers to type switch that channel off and on."""
    assert f"withdraw {channel}" == brief(f"STOP {text}")
    assert f"withdraw {channel}" == brief(f"СТОП {text}")
    assert f"grant {channel}" == brief(f"{text}+")
    assert f"grant {channel}" == brief(text, "channels")


@pytest.mark.parametrize(("topic", "text"), TOPICS)
def test_a_topic_as_shown_is_understood(topic: str, text: str) -> None:
    """The words our texts tell customers to type switch that topic off and on."""
    assert f"withdraw {topic}" == brief(f"STOP {text}")
    assert f"grant {topic}" == brief(f"{text}+")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw credit", "отозвать кредит"),
        ("withdraw credit", "отзыв кредитной истории"),
        ("withdraw profiling", "atsaukt profilēšanu"),
        ("withdraw profiling", "atsaukt profilesanu"),
        ("withdraw profiling", "не согласен на профилирование"),
        ("withdraw location", "withdraw location"),
        ("withdraw location", "выключить геолокацию"),
        ("withdraw location", "место стоп"),
        ("withdraw location", "bez atrašanās vietas"),
        ("withdraw location", "стоп местоположение"),
        ("withdraw location", "location-"),
        ("withdraw offers", "стоп предложения"),
        ("withdraw traffic", "стоп данные нагрузки"),
        ("withdraw traffic", "stop traffic data"),
        ("withdraw research", "stop traffic jams"),
        ("withdraw loyalty", "стоп лояльность"),
        ("withdraw loyalty_offers", "стоп лояльность+"),
        ("withdraw location profiling credit", "STOP location, profiling & credit"),
        ("withdraw profiling credit", "stop 3 and credit"),
        ("withdraw traffic research ?", "stop metadata"),
        ("grant location", "aгree location"),
        ("grant location", "agree location"),
        ("grant location", "location yes"),
        ("grant location", "I agree to location"),
        ("grant credit", "кредит+"),
        ("grant credit", "согласен на кредит"),
        ("grant credit", "atjaunot kredītinformāciju"),
        ("explain traffic research", "yes metadata"),
        ("explain profiling", "что такое профилирование"),
        ("explain profiling", "what is profiling?"),
        ("explain profiling", "kas ir profilēšana"),
        ("explain credit", "моё согласие на кредит"),
        ("explain loyalty_offers", "лояльность+"),
        ("explain loyalty_offers", "lojalitāte+"),
        ("explain", "что такое согласие"),
        ("explain", "what is consent?"),
        ("status location", "status location"),
        ("unclear", "location all"),
        ("unclear", "нет трафика"),
        ("unclear", "ok location"),
        ("unclear", "stop location home"),
        ("unclear", "location place-kran"),
    ],
)
def test_purposes_by_name(expected: str, text: str) -> None:
    """A purpose's name works like its number; alone, it asks for an explanation."""
    assert expected == brief(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw sms", "STOP SMS"),
        ("withdraw sms", "stop-sms"),
        ("withdraw sms", "стоп смс"),
        ("withdraw sms", "стоп-смс"),
        ("withdraw sms", "stop iszinas"),
        ("withdraw sms", "atteikties no īsziņām"),
        ("withdraw sms", "sms-"),
        ("withdraw sms", "sms nē"),
        ("withdraw sms", "no sms offers"),
        ("withdraw sms", "no marketing sms"),
        ("withdraw sms", "не надо смс"),
        ("withdraw sms", "turn off text messages"),
        ("withdraw sms", "не шлите смс"),
        ("withdraw call", "stop zvani"),
        ("withdraw call", "стоп звонки"),
        ("withdraw call", "no calls"),
        ("withdraw call", "no phone calls please"),
        ("withdraw call", "bez zvaniem"),
        ("withdraw call", "без звонков"),
        ("withdraw call", "stop all calls"),
        ("withdraw call", "не звоните"),
        ("withdraw call", "не звоните мне больше, пожалуйста"),
        ("withdraw call", "nezvaniet"),
        ("withdraw call", "don't call me"),
        ("withdraw email", "стоп почта"),
        ("withdraw email", "stop epasts"),
        ("withdraw email", "stop e-pastu"),
        ("withdraw email", "stop mail"),
        ("withdraw sms call", "STOP sms un zvani"),
        ("withdraw sms call", "stop everything except email"),
        ("withdraw email call", "no ads except sms"),
        ("withdraw surveys", "stop surveys"),
        ("withdraw surveys", "без опросов"),
        ("withdraw surveys", "bez aptaujām"),
        ("withdraw surveys", "опросы-"),
        ("withdraw news", "стоп новости"),
        ("withdraw news", "stop the newsletter"),
        ("withdraw news", "unsubscribe newsletters"),
        ("withdraw greetings", "no greetings"),
        ("withdraw sms surveys", "stop sms and surveys"),
        ("grant sms", "SMS+"),
        ("grant sms", "sms jā"),
        ("grant sms", "jā sms"),
        ("grant sms", "включить sms"),
        ("grant sms", "sms on"),
        ("grant sms", "yes sms offers"),
        ("grant email sms", "sms+ email+"),
        ("grant surveys", "включить опросы"),
        ("grant sms surveys", "yes sms and surveys"),
        ("grant", "да рекламе"),
        ("unclear", "sms"),
        ("unclear", "sms?"),
        ("unclear", "info sms"),
        ("unclear", "status sms"),
        ("unclear", "ok sms"),
        ("unclear", "нет смс"),
        ("unclear", "smsок"),
        ("unclear", "stop sms surveys"),
        ("unclear", "yes sms surveys"),
        ("unclear", "stop sms location"),
        ("unclear", "yes sms and location"),
        ("unclear", "yes sms+ calls-"),
        ("unclear", "sms+ лояльность"),
        ("unclear", "кредит- sms-"),
        ("unclear", "не звоните-нет"),
        ("unclear", "stop all sms except"),
    ],
)
def test_channels_and_topics(expected: str, text: str) -> None:
    """A channel or topic with a verb or sign is switched; alone it decides nothing."""
    assert expected == brief(text)


def test_purposes_and_channels_are_two_wishes() -> None:
    """Purposes by number and a channel in one message are both withdrawn."""
    purposes = Wish(name=IntentName.WITHDRAW, purposes=("profiling",))
    channels = Wish(name=IntentName.WITHDRAW, channels=("sms",))
    assert (purposes, channels) == said("stop 3 un sms").actions


def test_advertising_and_more_are_two_wishes() -> None:
    """Advertising named beside a purpose ends marketing and that purpose."""
    marketing = Wish(name=IntentName.WITHDRAW_ALL, scope=Scope.MARKETING)
    location = Wish(name=IntentName.WITHDRAW, purposes=("location",))
    calls = Wish(name=IntentName.WITHDRAW, channels=("call",))
    assert (marketing, location) == said("stop ads and location").actions
    assert (marketing, calls) == said("стоп реклама и звонки").actions


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("grant email sms", "sms un e-pasts"),
        ("grant email call", "e-mail, calls"),
        ("grant email sms", "SMS + e-mail"),
        ("grant sms", "да, смс"),
        ("grant sms", "sms ok"),
        ("grant sms", "только смс"),
        ("grant sms", "tikai sms, paldies"),
        ("grant email sms", "всё кроме звонков"),
        ("grant email sms", "all except calls"),
        ("grant sms", "sms+"),
        (f"grant {ALL_CHANNELS}", "all"),
        (f"grant {ALL_CHANNELS}", "все"),
        (f"grant {ALL_CHANNELS}", "visi"),
        (f"grant {ALL_CHANNELS}", "да, все"),
        ("no", "none"),
        ("no", "никакие"),
        ("no", "nevienu"),
        ("no", "no"),
        ("no", "нет"),
        ("yes", "да"),
        ("withdraw sms", "sms-"),
        ("withdraw sms", "sms nē"),
        ("withdraw sms", "stop sms"),
        ("withdraw_all all", "stop all"),
        ("explain profiling", "3"),
        ("explain credit", "кредит"),
        ("unclear", "sms и 12"),
        ("unclear", "sms и новости"),
        ("unclear", "sms except calls"),
        ("unclear", "all except 3"),
        ("unclear", "all except sms and email and calls"),
        ("unclear", "sms?"),
    ],
)
def test_answers_to_the_question_for_channels(expected: str, text: str) -> None:
    """While it is asked which channels may be used, naming them is enough."""
    assert expected == brief(text, "channels")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw_all all", "all"),
        ("withdraw_all all", "всё"),
        ("withdraw_all all", "visu"),
        ("withdraw_all all", "да, всё"),
        ("withdraw_all all", "остальное"),
        ("withdraw_all all", "все согласия"),
        (
            "withdraw offers traffic profiling credit location loyalty_offers research",
            "all except 6",
        ),
        ("yes", "да"),
        ("no", "нет"),
        ("explain profiling", "3"),
        ("unclear", "sms"),
        ("unclear", "none"),
    ],
)
def test_answers_to_the_question_for_the_rest(expected: str, text: str) -> None:
    """While it is asked whether the rest is to end too, "all" is enough."""
    assert expected == brief(text, "scope")


SHOWN = {
    "yes": "ДА JĀ JA AGREE YES",
    "no": "НЕТ NĒ NE NO",
    "withdraw_all marketing": "СТОП STOP",
    "withdraw profiling": "СТОП_3 STOP_3",
    "withdraw_all all": "СТОП_ВСЁ STOP_VISU STOP_ALL",
    "status": "СТАТУС STATUSS STATUS",
    "explain profiling": "ИНФО_3 INFO_3",
    "grant profiling": "ДА_3 JĀ_3 JA_3 AGREE_3",
    "human": "ОПЕРАТОР OPERATORS AGENT",
    "help": "ПОМОЩЬ PALĪDZĪBA PALIDZIBA",
    "help menu": "МЕНЮ IZVĒLNE MENU",
    "human review": "ПЕРЕСМОТР PĀRSKATĪŠANA PARSKATISANA REVIEW",
    "pause": "ПАУЗА PAUZE PAUSE",
    "explain privacy": "ПРИВАТНОСТЬ PRIVĀTUMS PRIVATUMS PRIVACY",
    "language ru": "РУС RU",
    "language lv": "LV",
    "language en": "EN",
    "withdraw email": "STOP_E-PASTS STOP_EMAIL",
    "withdraw sms": "STOP_SMS",
    "withdraw call": "STOP_ZVANS STOP_ZVANI STOP_CALLS",
}


@pytest.mark.parametrize(
    ("expected", "text"),
    [(sense, word.replace("_", " ")) for sense, words in SHOWN.items() for word in words.split()],
)
def test_every_keyword_that_texts_show(expected: str, text: str) -> None:
    """What our texts tell customers to type is understood, also in small letters."""
    assert expected == brief(text)
    assert expected == brief(text.lower())
