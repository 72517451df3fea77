"""A handful of sentences that nobody could mistake, by the shipped words and weights."""

from __future__ import annotations

import pytest

from consent.intents import IntentName
from consent.understanding import understand
from tests.understanding import LEXICON, taught


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(
            "withdraw_all marketing", "vienreiz beidziet man sūtīt reklāmas", id="lv ads"
        ),
        pytest.param(
            "withdraw call", "Beidziet man zvanīt, rakstiet tikai e-pastā", id="lv calls"
        ),
        pytest.param("status", "Kādas piekrišanas es jums esmu devis?", id="lv status"),
        pytest.param("human", "Es gribētu parunāt ar dzīvu cilvēku", id="lv human"),
        pytest.param("unclear", "Kādi laikapstākļi šodien būs Rīgā", id="lv weather"),
        pytest.param(
            "withdraw_all marketing",
            "сколько можно слать мне эту рекламу, прекратите",
            id="ru ads",
        ),
        pytest.param(
            "withdraw_all all", "Отзываю все свои согласия, ничего больше не хочу", id="ru all"
        ),
        pytest.param("status", "Какие согласия я вам давал?", id="ru status"),
        pytest.param("human", "Соедините меня с живым человеком", id="ru human"),
        pytest.param("unclear", "Какая завтра погода в Риге", id="ru weather"),
        pytest.param(
            "withdraw_all marketing", "Please stop sending me all this advertising", id="en ads"
        ),
        pytest.param(
            "withdraw_all all", "I withdraw all of my consents, delete everything", id="en all"
        ),
        pytest.param("status", "Which consents have I given you so far?", id="en status"),
        pytest.param("human", "I would like to talk to a real person", id="en human"),
        pytest.param("unclear", "What will the weather be like in Riga tomorrow", id="en weather"),
    ],
)
def test_sentences(expected: str, text: str) -> None:
    """What nobody could mistake is read right with the shipped words, in every language."""
    assert expected == taught.told(understand(text, LEXICON))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("withdraw", "atsaucu piekrišanas no otrās līdz piektajai, paldies", id="lv"),
        pytest.param("withdraw", "хочу отказаться от пунктов 2-5, спасибо за понимание", id="ru"),
        pytest.param("withdraw", "please switch off 2 through 5, thank you so much", id="en"),
        pytest.param("grant", "Piekrītu no 2. līdz 5. punktam, paldies jums", id="lv grant"),
    ],
)
def test_a_range_is_all_its_numbers(name: str, text: str) -> None:
    """What is said of both ends of a range holds for what lies between them."""
    intent = understand(text, LEXICON)
    assert (intent.name.value, set(intent.purposes)) == (
        name,
        {"traffic", "profiling", "credit", "location"},
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("beidziet zvanīt un atslēdziet arī no 2 līdz 5, paldies jums", id="lv"),
        pytest.param("отключите пункты 2-5, и звонки тоже, будьте добры", id="ru"),
        pytest.param("switch off 2 to 5 and the calls too please, thanks a lot", id="en"),
        pytest.param("2-5 izslēgt. Un nezvaniet", id="lv behind a stop"),
        pytest.param("мне не нужны пункты 2-5, звонить тоже не надо", id="ru by their name"),
        pytest.param("could you turn off 2-5. I also want no calls any more", id="en behind"),
        pytest.param("nezvaniet un izslēdziet no 2 līdz 5", id="lv a verb of its own"),
        pytest.param("no calls and switch off 2 to 5", id="en a verb of its own"),
        pytest.param("не звоните после 8, и 2-5 отключите", id="ru beside an hour"),
        pytest.param("no calls and I also want 2 to 5 off", id="en a verb behind"),
    ],
)
def test_a_range_may_stand_beside_a_channel(text: str) -> None:
    """Where a word joins them, numbers beside a channel are consents and no hours."""
    wishes = understand(text, LEXICON).wishes
    assert {"call"} == {channel for wish in wishes for channel in wish.channels}
    purposes = {purpose for wish in wishes for purpose in wish.purposes}
    assert {"traffic", "profiling", "credit", "location"} == purposes - {"offers"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nezvaniet man no 2 līdz 5, es guļu", id="lv hours"),
        pytest.param("не звоните мне с 2 до 5, я сплю", id="ru hours"),
        pytest.param("labdien, nezvaniet no 2 līdz 5", id="lv greeted"),
        pytest.param("es strādāju, nezvaniet man no 8 līdz 5", id="lv at work"),
        pytest.param("получаю по 3-5 смс в день, хватит", id="ru so many"),
        pytest.param("don't ring me 2-5 pm", id="en hours"),
        pytest.param("nezvaniet un nerakstiet man no 2 līdz 5", id="lv two verbs"),
        pytest.param("не звоните и не пишите с 2 до 5", id="ru two verbs"),
        pytest.param("nerakstiet man sms no 2 līdz 5", id="lv known words"),
        pytest.param("please, no calls 2 to 5", id="en known words"),
        pytest.param("nezvaniet no 2 līdz 5 no rīta", id="lv in the morning"),
        pytest.param("nezvaniet pēc 8", id="lv one hour"),
        pytest.param("do not call me between 2 and 5", id="en between"),
        pytest.param("nezvaniet starp 2 un 5", id="lv between"),
        pytest.param("do not call me between 2 to 5", id="en between to"),
    ],
)
def test_hours_and_counts_are_no_consents(text: str) -> None:
    """Numbers that count something else name no consent, nor does what lies between them."""
    assert set(understand(text, LEXICON).purposes) <= {"offers"}


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("research", "withdraw 8 and don't call after 8", id="en"),
        pytest.param("research", "не звоните после 8, отзываю 8", id="ru"),
        pytest.param("location", "atsaucu 5, nezvaniet līdz 5", id="lv"),
        pytest.param("profiling", "turn off 7 and after 3", id="en no channel"),
    ],
)
def test_a_number_told_twice_is_no_hour_alone(expected: str, text: str) -> None:
    """A consent that is named by its number ends, though an hour has the same number."""
    wishes = understand(text, LEXICON).wishes
    assert expected in {purpose for wish in wishes for purpose in wish.purposes}


@pytest.mark.parametrize(
    ("channels", "text"),
    [
        pytest.param("sms call", "стоп 2-5, звонки, смс", id="ru"),
        pytest.param("sms call", "stop calls, sms, 2-5", id="en"),
        pytest.param("sms call", "stop zvani, sms, 2-5", id="lv"),
        pytest.param("sms", "withdraw 2-5 sms", id="en in front"),
    ],
)
def test_a_list_is_no_hours(channels: str, text: str) -> None:
    """Of a list of numbers and channels nothing is lost."""
    wishes = understand(text, LEXICON).wishes
    assert {"traffic", "profiling", "credit", "location"} == {
        purpose for wish in wishes for purpose in wish.purposes
    }
    assert set(channels.split()) == {channel for wish in wishes for channel in wish.channels}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("izslēdziet profilēšanu un nezvaniet man no 2 līdz 5, es guļu", id="lv"),
        pytest.param("не надо меня профилировать и не звоните с 2 до 5", id="ru"),
        pytest.param("please stop profiling me and do not call me from 2 to 5", id="en"),
    ],
)
def test_what_lies_between_hours_is_not_lost(text: str) -> None:
    """A consent that is named ends, though its number lies between two hours."""
    wishes = understand(text, LEXICON).wishes
    assert "profiling" in {purpose for wish in wishes for purpose in wish.purposes}


@pytest.mark.parametrize(
    ("expected", "text", "pending"),
    [
        pytest.param("no", "Nē, paldies, man tas nav vajadzīgs", "grant:offers", id="lv no"),
        pytest.param("no", "Нет, спасибо, мне это не нужно", "grant:offers", id="ru no"),
        pytest.param("no", "No thanks, I really don't need this", "grant:offers", id="en no"),
        pytest.param("grant email", "labāk uz e-pastu", "channels", id="lv channel"),
        pytest.param("grant email sms", "можно на почту и в смс", "channels", id="ru channels"),
        pytest.param("grant email ?", "by email would be best", "channels", id="en channel"),
    ],
)
def test_answers(expected: str, text: str, pending: str) -> None:
    """Plain answers in free wording are read right in every language."""
    assert expected == taught.told(understand(text, LEXICON, pending=pending))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("jā, ja tas ir bez maksas", id="lv"),
        pytest.param("ja man iedosiet atlaidi", id="lv: if you give me a discount"),
        pytest.param("да, если это бесплатно", id="ru"),
        pytest.param("yes if it is free of charge", id="en"),
        pytest.param("yes i would like that, is it free?", id="en question"),
    ],
)
def test_a_condition_is_no_yes(text: str) -> None:
    """Whoever agrees on a condition has not accepted the notice."""
    intent = understand(text, LEXICON, pending="grant:offers")
    assert not (intent.certain and intent.name in {IntentName.YES, IntentName.GRANT})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ne zvanus, tikai epastu", id="lv"),
        pytest.param("не звонить, только почта", id="ru"),
        pytest.param("no calls, only e-mail", id="en"),
    ],
)
def test_what_is_to_stay_is_not_ended(text: str) -> None:
    """A channel named after an "only" is the one that the customer keeps."""
    assert "email" not in understand(text, LEXICON).channels
    assert "call" in understand(text, LEXICON).channels


@pytest.mark.parametrize(
    "text",
    [
        "да пошли вы",
        "да это я",
        "да когда подешевеет",
        "da esli eto besplatno",
        "jā jā, lieciet mani mierā",
        "jā, kad būs lētāk",
        "yes i already told you no",
        "yes, as long as it's free",
        "yes, tell me more first",
        "yes my name is john",
        "ok google",
    ],
)
def test_a_yes_with_more_behind_it_is_asked_about(text: str) -> None:
    """A wrong yes is a breach of law: what begins with a yes and goes on otherwise is none."""
    intent = understand(text, LEXICON, pending="grant:offers")
    assert not (intent.certain and intent.name in {IntentName.YES, IntentName.GRANT})


@pytest.mark.parametrize(
    "text",
    [
        "jā, ieslēdziet lūdzu",
        "да, включайте",
        "да, согласна, спасибо",
        "yes please do",
        "ok turn it on",
    ],
)
def test_a_plain_yes_is_one(text: str) -> None:
    """Who agrees in their own plain words need not do so again."""
    intent = understand(text, LEXICON, pending="grant:offers")
    assert (IntentName.YES, True) == (intent.name, intent.certain)


@pytest.mark.parametrize(
    "text", ["\u202e{brand}\u202e <b>", "{{words}} <b>no</b>", "gzxq wvrt bnm"]
)
@pytest.mark.parametrize("pending", ["grant:offers", "channels", "scope"])
def test_what_nobody_can_read_answers_nothing(text: str, pending: str) -> None:
    """Code and letters without words are neither a yes nor a no to an open question."""
    intent = understand(text, LEXICON, pending=pending)
    assert intent.name not in {IntentName.NO, IntentName.YES, IntentName.GRANT}


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("ru", "заткнись уже со своей рекламой", id="a word that two languages list"),
        pytest.param("ru", "достаточно этой рекламы, спасибо", id="another"),
    ],
)
def test_the_letters_tell_the_language(expected: str, text: str) -> None:
    """A word may be listed by two languages: the reply is in the one with these letters."""
    assert expected == understand(text, LEXICON).language


@pytest.mark.parametrize("text", ["Stop texting me offers", "don't text me offers"])
def test_how_offers_come_is_what_ends(text: str) -> None:
    """A verb of one way of contact refuses that way, though by itself it ends all advertising."""
    assert ("withdraw", ("sms",)) == (
        understand(text, LEXICON).name,
        understand(text, LEXICON).channels,
    )


def test_all_of_a_range_is_asked_about() -> None:
    """It may be all of the range, or all there is: nothing ends unasked."""
    intent = understand("no 2. līdz 5. visas nost lūdzu ātrāk", LEXICON)
    assert ("withdraw_all", False) == (intent.name.value, intent.certain)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nekādu reklāmu, un 2-5 izslēdziet, bet 3 atstājiet", id="lv"),
        pytest.param("никакой рекламы, и 2-5 отключите, но 3 оставьте", id="ru"),
        pytest.param("no more adverts, and 2-5 off too but leave 3", id="en"),
    ],
)
def test_advertising_beside_a_part_of_a_range_is_not_lost(text: str) -> None:
    """It ends, and of the range what is not to stay."""
    first, second = understand(text, LEXICON).wishes
    assert ("withdraw_all", "marketing") == (first.name, first.scope)
    assert {"traffic", "credit", "location"} == set(second.purposes)


def test_all_from_the_first_to_the_last_ends() -> None:
    """A range of every consent leaves nothing to ask."""
    intent = understand("from 1 to 8 I want every single one of them gone", LEXICON)
    assert ("withdraw_all", "all", True) == (intent.name.value, intent.scope, intent.certain)
