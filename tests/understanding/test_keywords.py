"""Whole messages: STOP and its like, yes and no, commands, and what only looks like them."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from consent.intents import IntentName
from consent.understanding import Part, build_lexicon, understand
from consent.understanding.text import ON_SIGN, hear
from tests.understanding import CATALOGUE, LEXICON, brief, said

STOPS = """
стоп, СТОП, Стоп!, «СТОП», отписка, отписаться, отпишите, STOP, stop., "stop", otpiska, otpisatsja,
otpishite, отпешите, атписка, стооооп, CTOП, CTOP, сtоп, stоp, отпискa, с т о п, С.Т.О.П., с-т-о-п,
atteikties, atrakstīties, atrakstities, ateikties, atteiktis, paartraukt, pārtraukt, atsaukt,
unsubscribe, opt out, optout, opt-out, remove, stp, sotp, unsubscibe, unsuscribe, S.T.O.P, S T O P,
s.t.o.p., stopp, STOOOOP, ｓｔｏｐ, 𝐒𝐓𝐎𝐏, ⓢⓣⓞⓟ,
s̶t̶o̶p̶, St0p, ст0п, withdraw, revoke, отозвать, отказ,
stop stop stop, стоп стоп, STOP!!!, stop 🙏, 🛑 stop 🛑, /stop, /STOP, /stop@LmtBot, STOP -,
beidziet, beidz, atslēdziet, хватит, перестаньте, отключите, hvatit
"""
ALL = """
стоп все, стоп всё, СТОП ВСЁ, отказ все, stop vse,
stopall, STOP ALL, stop-all, stop visu, STOP VISU,
stop viss, stopvisu, atteikties visu, atsaukt visu, stоp visu, отозвать все согласия,
atsaukt visas piekrišanas, withdraw all my consents, revoke everything, all consents stop,
unsubscribe from all, отказ от всего, stop all 8, отозвать все 8, отписка от всего
"""
MARKETING = """
стоп реклама, без рекламы, no ads,
no more marketing, stop spam, bez reklāmas, atteikties no reklāmas,
gribu atteikties no reklāmas, хочу отписаться от рассылки, stop all offers, стоп все предложения,
отозвать согласие, atsaukt piekrišanu, withdraw my consent, не пишите мне, nesūtiet man
"""


def _words(table: str) -> list[str]:
    return [word.strip() for word in table.replace("\n", " ").split(",") if word.strip()]


@pytest.mark.parametrize("text", _words(STOPS))
@pytest.mark.parametrize(
    "pending", [None, "scope", "channels", "withdraw", "link"], ids=lambda p: p or "none"
)
def test_stop_ends_marketing(text: str, pending: str | None) -> None:
    """STOP and its one-word synonyms, however spelled, end marketing despite any question."""
    assert brief(text, pending) == "withdraw_all marketing"


@pytest.mark.parametrize("text", _words(ALL))
@pytest.mark.parametrize("pending", [None, "grant:offers", "scope", "channels"])
def test_stop_all_ends_everything(text: str, pending: str | None) -> None:
    """A stop with "all" ends every consent, whatever was asked."""
    assert brief(text, pending) == "withdraw_all all"


@pytest.mark.parametrize("text", _words(MARKETING))
def test_unsure_of_the_extent_marketing_ends(text: str) -> None:
    """Certain of withdrawing but not of what, or naming advertising, marketing ends."""
    assert brief(text) == "withdraw_all marketing"


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        (
            "grant",
            "START, старт, подписка, podpiska, unstop, UNSTOP, subscribe, subscibe, pieteikties",
        ),
        (
            "status",
            "статус, cтатус, мои согласия, согласия, сагласия, moi soglasija, statuss, status",
        ),
        ("status", "manas piekrišanas, manas piekrisanas, my consents, statsu, consens, /status"),
        (
            "help",
            "помощь, помоги, ?, ???, /help, памагите, what can i type, ko rakstīt, что писать",
        ),
        (
            "help",
            "помошь, pomosch, palīdzība, PALIDZIBA, palīgā, paliidziiba, help, info",
        ),
        ("help", "commands, halp, hlep, PAL, pal, ИНФО"),
        (
            "help menu",
            "меню, МЕНЮ, menju, izvēlne, IZVELNE, menu, MENU, /menu, /start, /start abc",
        ),
        ("help menu", "/start@LmtBot, список, saraksts, uz sarakstu, list, back to the list"),
        ("status switches", "каналы, Каналы!, мои каналы, темы, настройки, kanaly, /channels"),
        ("status switches", "kanāli, KANALI, mani kanāli, tēmas, iestatījumi, channels, topics"),
        ("explain my_data", "мои данные, moi dannye, mani dati, MANI DATI, my data, /mydata"),
        ("explain my_data", "who looked at my data, kas skatījies manus datus"),
        ("explain my_data", "кто смотрел мои данные, what do you know about me"),
        (
            "human copy",
            "copy, a copy of my data, kopiju, lūgt datu kopiju, попросить копию данных",
        ),
        (
            "human",
            "оператор, человек, консультант, сотрудник, chelovek, operators, cilvēks, cilveks",
        ),
        ("human", "konsultants, speciālists, agent, operator, human, person, opertor, humen"),
        ("human review", "пересмотр, ПЕРЕСМОТР, пересмотр решения, peresmotr, PĀRSKATĪŠANA"),
        ("human review", "PARSKATISANA, lēmuma pārskatīšana, review, REVIEW, review the decision"),
        (
            "explain privacy",
            "privacy, PRIVACY, privātums, PRIVATUMS, приватность, кто отвечает, права, /privacy",
        ),
        (
            "explain privacy",
            "my rights, manas tiesības, кто отвечает за мои данные, who is responsible",
        ),
        (
            "language ru",
            "RU, рус, русский, на русском, по-русски, по русски, po russki, kj, KJ, 🇷🇺",
        ),
        ("language lv", "LV, latviski, latviešu, latviesu, LJ, lj, latvian, по-латышски, 🇱🇻"),
        ("language en", "EN, eng, english, angliski, anglu, английский, 🇬🇧"),
        ("language", "language, /language, valoda, язык, сменить язык"),
        ("pause", "пауза, ПАУЗА, pauze, PAUZE, pause, PAUSE"),
        ("yes", "да, ДА, da, дa, даааа, ага, угу, ок, ok, подтверждаю, podtverzhdaju, согласен"),
        (
            "yes",
            "согласна, сагласен, +, 👍, 👍🏽, jā, JĀ, ja, JA, jaa, labi, der, piekrītu",
        ),
        ("yes", "apstiprinu, piekritu, piekriitu, es piekrītu, yes, y, yep, sure, confirm"),
        ("yes", "I agree, AGREE, agree"),
        ("yes", "ys, yess, okey, yes please, да, согласен, I want to agree, labi, piekrītu"),
        ("no", "нет, НЕТ, HET, неа, net, nea, не надо, ne nado, nē, NĒ, NE, ne, nee, nevajag, -"),
        ("no", "nepiekrītu, nepiekritu, no, NO, noo, nope, nah, 👎, не согласен, no thanks"),
    ],
)
def test_keywords(expected: str, texts: str) -> None:
    """Each keyword of commands.tsv, with its variants, means what it is listed for."""
    assert dict.fromkeys(_words(texts), expected) == {t: brief(t) for t in _words(texts)}


@pytest.mark.parametrize(
    "word", ["CANCEL", "END", "QUIT", "ATCELT", "ОТМЕНА", "конец", "beigt", "otmena"]
)
def test_cancel_answers_a_question_or_leads_to_one(word: str) -> None:
    """CANCEL and its like are a no to a pending question; without one it is asked what ends."""
    assert brief(word, "scope") == "no"
    assert brief(word, "grant:offers") == "no"
    assert brief(word) == "withdraw_all marketing ?"


@pytest.mark.parametrize("word", ["back", "never mind", "atpakaļ", "назад"])
def test_back_answers_a_question_only(word: str) -> None:
    """Who wants back says no to a pending question, and nothing without one."""
    assert brief(word, "grant:offers") == "no"
    assert brief(word) == "unclear"


@pytest.mark.parametrize("word", ["N", "n", "Н"])
def test_one_letter_is_a_no_to_a_question_only(word: str) -> None:
    """N alone is a no, but only if something was asked."""
    assert brief(word, "grant:credit") == "no"
    assert brief(word) == "unclear"


@pytest.mark.parametrize("word", ["отказ", "отказываюсь", "atsakos", "refuse", "decline"])
def test_refusal_answers_the_notice_shown(word: str) -> None:
    """A refusal is a no to the notice pending; without one it ends marketing."""
    assert brief(word, "grant:location") == "no"
    assert brief(word) == "withdraw_all marketing"
    assert brief(word, "withdraw") == "withdraw_all marketing"


TRAPS = """
не останавливайтесь; не отписывайте; стоп-кран; стопка; остановка; стопудово; нонстоп;
Стоп, подождите; стоп, подождите; местоположение у меня; nepārtrauciet; neatslēdziet; neatsaucu;
Stopiņi; pietura; atsauksme; отзыв;
Stop, pagaidi; don't stop; stop by the office; non-stop; bus stop;
unstoppable; stopped working; stop it; stop it!; стопцена; stoptime; откажитесь от услуги X;
отключите роуминг; голосовая почта; atcelt pasūtījumu; atslēdziet viesabonēšanu; balss pasts;
cancel my order; turn off voicemail;
turn off roaming; согласитесь, что дорого; согласен что дорого;
piekritīsi, ka; es piekritu; I agree that prices are high; help yourself; мобильный оператор;
другой оператор; cits operators; another operator;
данные; данет; ок, а погода?; ja līst, ņem lietussargu;
jāņogas; yesterday; нетбук; nobody; no idea; no problem; стол; сток; топ; сто; top; shop; step;
да?; JĀ?; yes?; нет?; да нет; да, но потом; да+; не;
hi; привет; спасибо; LMT; sms; звонки; e-pasts; новости;
all; всё; visu; никакие; ❤️; ...; 🌹; STOP ½; STOP٣; 3%; STOP 3%; STOP @ 3; text me; ; ;
start working; я не согласился; не хочу останавливаться; excellent; stop or not; то ли да то ли нет
"""


@pytest.mark.parametrize("text", [t.strip() for t in TRAPS.replace("\n", " ").split(";")])
def test_traps_change_nothing(text: str) -> None:
    """What only looks or sounds like a keyword is unclear, and unclear writes nothing."""
    intent = said(text)
    assert (intent.name, intent.certain, intent.confidence) == (IntentName.UNCLEAR, True, 0.0)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw_all marketing", "stop, please"),
        ("withdraw_all marketing", "пожалуйста, стоп"),
        ("withdraw_all marketing", "Labdien! Lūdzu atrakstīties. Paldies"),
        ("withdraw_all marketing", "Hi, please unsubscribe me, thanks"),
        ("withdraw_all marketing @amigo", "Amigo stop"),
        ("withdraw_all marketing @amigo", "стоп амиго"),
        ("withdraw_all marketing @lmt", "LMT stop"),
        ("withdraw_all marketing @lmt", "отписка от LMT"),
        ("withdraw_all marketing", "стоп lmt и amigo"),
        ("withdraw profiling @amigo", "Amigo stop 3"),
        ("status @lmt", "LMT statuss"),
        ("unclear", "status LMT и Amigo"),
        ("yes", "да, спасибо"),
        ("no", "nē, paldies"),
    ],
)
def test_courtesy_and_brands_stand_beside_a_keyword(expected: str, text: str) -> None:
    """A greeting, a thank-you or a brand beside a keyword leaves its sense as it is."""
    assert expected == brief(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (None, "STOP"),
        (None, "OK"),
        (None, "INFO"),
        (None, "status"),
        (None, "/help"),
        (None, "/privacy"),
        ("ru", "СТОП"),
        ("lv", "ATTEIKTIES"),
        ("en", "UNSUBSCRIBE"),
        ("lv", "stop lūdzu"),
        ("ru", "stop спасибо"),
        ("lv", "STOP VISU"),
        (None, "no звонки"),
        (None, "3-"),
    ],
)
def test_language_of_the_words(expected: str | None, text: str) -> None:
    """The language is told only by words that belong to one alone."""
    assert expected == said(text).language


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw_all marketing ?", "STOP?"),
        ("withdraw_all all ?", "STOP ALL?"),
        ("withdraw profiling ?", "STOP 3?"),
        ("unclear", "STOP SMS?"),
        ("explain profiling", "JA 3?"),
        ("explain !12", "yes 12?"),
        ("unclear", "SMS+?"),
        ("unclear", "pause 5?"),
        ("status", "status?"),
        ("explain credit", "кредит?"),
    ],
)
def test_a_question_mark_never_decides(expected: str, text: str) -> None:
    """With a question mark a wish is asked back or explained, never carried out."""
    assert expected == brief(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw call ?", "Could you please stop calling me?"),
        ("withdraw sms ?", "can you stop sms?"),
        ("withdraw call ?", "Отключите звонки, пожалуйста?"),
        ("withdraw location ?", "could you remove location please?"),
        ("status", "status, please?"),
        ("explain profiling", "JA 3, lūdzu?"),
    ],
)
def test_a_courteous_question_is_asked_back(expected: str, text: str) -> None:
    """Whoever asks kindly that it should stop is heard, even where nothing was learnt."""
    assert expected == brief(text)


@pytest.mark.parametrize(
    "text",
    [
        "LMT: 1+ 2- 3- 4+ 5- 6+ 7- 8-",
        "1+ 2- 3-",
        "1+2-3-4+",
        "Amigo: 1-, 2-, 3-",
        "LMT: 1+ 2- 3- 4+ 5- 6+ 7- 8- STOP",
    ],
)
@pytest.mark.parametrize("pending", [None, "grant:offers", "channels", "scope"])
def test_our_own_status_line_decides_nothing(text: str, pending: str | None) -> None:
    """Three or more signed numbers are a copy of what we sent."""
    assert brief(text, pending) == "unclear"


def test_a_word_of_two_senses_is_read_in_the_language_of_the_session() -> None:
    """A word that means two things in two languages needs the session's language."""
    words = {
        "lv": {Part.YES: {"": ["der"]}, Part.OKAY: {"": ["der"]}},
        "en": {Part.NO: {"": ["der"]}},
    }
    lexicon = build_lexicon(words, [], CATALOGUE)
    assert understand("der", lexicon, language="lv").name is IntentName.YES
    assert understand("der", lexicon, language="en").name is IntentName.NO
    assert understand("der", lexicon).name is IntentName.UNCLEAR


GRANTING = frozenset({IntentName.GRANT})
YES_WORDS = st.sampled_from(
    ["да", "ДА!", "jā", "ja", "yes", "ok", "labi", "согласен", "I agree", "👍"]
)
PENDING = st.sampled_from([None, "grant:offers", "grant:credit", "scope", "withdraw", "link"])


@given(
    text=st.text(), pending=PENDING | st.just("channels"), language=st.sampled_from([None, "lv"])
)
@example("\ud800 STOP", None, None)
@example("İ" * 50, None, None)
@example("9" * 5000, None, None)
@example("1-" + "9" * 5000, None, None)
def test_never_fails(text: str, pending: str | None, language: str | None) -> None:
    """Whatever is typed, there is an intent."""
    assert said(text, pending, language).name in IntentName


@given(
    words=st.lists(
        st.sampled_from(sorted(LEXICON.phrases))
        | st.sampled_from(["1", "3", "9", "12", "47", "?", "+", "-", "2-4"])
    ),
    pending=PENDING | st.just("channels"),
)
def test_never_fails_on_known_words(words: list[str], pending: str | None) -> None:
    """Known words in any order give an intent; beside an unknown number a purpose only ends."""
    intent = said(" ".join(words), pending)
    ends = intent.name is IntentName.WITHDRAW
    assert intent.unknown_number is None or intent.purposes == () or ends


@given(words=st.lists(YES_WORDS, max_size=4), pending=PENDING)
def test_a_yes_is_never_a_grant(words: list[str], pending: str | None) -> None:
    """Yes words without a number or a name answer a question and grant nothing."""
    assert said(" ".join(words), pending).name not in GRANTING


GIVING = frozenset({Part.YES, Part.OKAY, Part.GRANT, Part.START})
GRANT_WORDS = {
    word
    for phrase, senses in LEXICON.phrases.items()
    if GIVING & senses.keys()
    for word in phrase.split()
}


def _grants_by_word(text: str) -> bool:
    """Say whether a text has a word of agreeing or switching on, or a plus."""
    return bool(set(LEXICON.words(hear(text).tokens)) & (GRANT_WORDS | {ON_SIGN, "+"}))


@given(
    text=st.text()
    | st.lists(st.sampled_from([*sorted(LEXICON.vocabulary), "1", "3", "47"])).map(" ".join),
    pending=PENDING,
)
def test_text_without_a_word_of_granting_is_never_a_grant(text: str, pending: str | None) -> None:
    """Without an explicit word or sign of granting nothing is granted, whatever else is said."""
    assume(not _grants_by_word(text))
    assert said(text, pending).name not in GRANTING


HOSTILE = {
    "one letter": "a" * 1600,
    "spaced letters": "s t o p " * 200,
    "marks": "\u0316\u0301" * 800,
    "growing": "\ufdfa" * 1600,
    "stops": "stop " * 320,
    "numbers": "stop 3 " * 228,
    "signed": "1+ " * 533,
    "hyphens": "a-" * 800,
    "ranges": "1-" * 800,
    "digits": "9" * 1600,
    "emoji": "👍" * 1600,
    "mixed scripts": "сt" * 800,
    "apostrophes": "a'" * 800,
    "known words": "stop sms " * 177,
    "unknown words": " ".join(f"слово{n}" for n in range(200)),
    "zeros": "a0" * 800,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_does_not_explode(text: str) -> None:
    """No text of 1600 characters makes a reading explode; how long one takes says the bench."""
    tries = []
    for _ in range(5):
        start = time.perf_counter()
        said(text[:1600])
        tries.append(time.perf_counter() - start)
    assert min(tries) < 0.05
