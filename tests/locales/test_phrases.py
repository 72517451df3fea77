"""The words themselves: everything is said in every language, in the same tone."""

from __future__ import annotations

import re
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from consent.errors import WordsBroken
from consent.notices import Form
from consent.replies import Message, Option
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.phrases import read_strings
from locales.wording import Texts, load_texts
from tests.locales import sayings
from tests.locales.conversations import replies
from tests.locales.situations import CHANNELS, TOPICS, Stage
from tests.locales.voices import (
    BRANDS,
    LANGUAGES,
    PLACEHOLDER,
    PURPOSES,
    copy_words,
    enter,
    every_template,
    everything_written,
    phrases,
    voice,
)

_LONGEST_SENTENCE = 20
_LONGEST_BUTTON = 24
_LONGEST_LABEL = 20
#: Whatever names the consent names it: languages may choose number, label or title.
_SAME = {"number": "one", "label": "one", "title": "one", "numbers": "all", "titles": "all"}
#: Names that a language may leave out, since the screen shows them anyway.
_FREE = {"brand", "service_centre"}
#: Ids whose texts may name different things, and why.
_DIFFERENT = {
    "explain.beside": "stands under the notice, whose title need not be said again",
    "proof.needed": "stands under the notice, whose title need not be said again",
    "pause.not_given": "the customer named it in the line before",
}
_FORBIDDEN = {
    "lv": r"!|\blūdzu\b|veiksmīg|sekmīgi|cienījam|godāt|ņemiet vērā|diemžēl|\b(?:jūs|jums|jūsu)\b",
    "ru": (
        r"!|[Уу]спешно|[Пп]ожалуйста|[Уу]важаем(?:ый|ая|ые)|[Оо]братите внимание|осуществл|"
        r"в целях|[Кк] сожалению|\b(?:вы|вас|вам|вами|ваш\w*)\b"
    ),
    "en": (
        r"!|(?i:successful|please|dear customer|kindly|unfortunately|sorry|oops|"
        r"in order to|are you sure)"
    ),
}
_TYPOGRAPHIC = set("«»“”„‟‘’‚–—…№•\u00a0\u202f\u2009")


def _placeholders(forms: tuple[str, ...]) -> set[str]:
    return {name for form in forms for name in PLACEHOLDER.findall(form)}


def _facts(forms: tuple[str, ...]) -> set[str]:
    """Return what a text names, whichever way it does."""
    return {_SAME.get(name, name) for name in _placeholders(forms) - _FREE}


@pytest.mark.parametrize("file", ["chat", "purposes", "playground"])
def test_languages_say_the_same_ids(file: str) -> None:
    """What is said in one language is said in all."""
    assert [set(phrases("en", file))] * 3 == [set(phrases(x, file)) for x in LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sms_wording_is_wording_of_something(language: str) -> None:
    """Every id of sms.po has its chat wording, but for those said by SMS alone."""
    assert sayings.SMS_ONLY == set(phrases(language, "sms")) - set(phrases(language, "chat"))


@pytest.mark.parametrize("file", ["chat", "sms", "purposes", "playground"])
def test_nothing_is_empty(file: str) -> None:
    """No id stands without a text, in any plural form."""
    empty = [(x, i) for x in LANGUAGES for i, forms in phrases(x, file).items() if not all(forms)]
    assert [] == empty


@pytest.mark.parametrize("file", ["chat", "sms", "purposes", "playground"])
def test_languages_name_the_same_things(file: str) -> None:
    """A moment, a code, a list or a consent named in one language is named in all."""
    named = {
        name: {x: _facts(phrases(x, file)[name]) for x in LANGUAGES if name in phrases(x, file)}
        for name in phrases("lv", file)
        if name not in _DIFFERENT
    }
    assert {} == {
        n: facts for n, facts in named.items() if len(set(map(frozenset, facts.values()))) > 1
    }


def test_computed_ids_are_known() -> None:
    """Every id that the dialogue puts together is one this test knows how to follow."""
    made = sayings.said()[1] | sayings.offered()[1]
    assert set(sayings.COMPUTED) == made


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_said_has_words(language: str) -> None:
    """Every message the dialogue, a list or a door can say has its text."""
    chat, sms = set(phrases(language, "chat")), set(phrases(language, "sms"))
    wanted = sayings.messages() - sayings.FILES | sayings.DOORS | sayings.words() | sayings.PROFILE
    assert set() == wanted - sayings.SMS_ONLY - chat
    assert set() == sayings.SMS_ONLY - sms


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_written_is_never_said(language: str) -> None:
    """No text is left over from a message that nothing says any longer."""
    wanted = sayings.messages() | sayings.DOORS | sayings.words() | sayings.PROFILE
    labels = {f"option.{name}" for name in sayings.options() | sayings.DOOR_OPTIONS}
    names = {f"language.{x}" for x in LANGUAGES}
    assert set() == set(phrases(language, "chat")) - wanted - labels - names


def test_every_message_is_said_in_some_situation(texts: Texts) -> None:
    """The situations of the other tests leave no message out."""
    stages = [Stage(texts, "lmt", "lv", form) for form in (Form.CHAT, Form.SMS)]
    heard = {i for stage in stages for reply in replies(stage).values() for i in reply.ids}
    assert sayings.messages() | sayings.DOORS == heard


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_has_a_label(language: str) -> None:
    """Whatever a reply offers can be shown on a button."""
    labels = {f"option.{name}" for name in sayings.options() | sayings.DOOR_OPTIONS}
    languages = {f"language.{x}" for x in LANGUAGES}
    assert set() == (labels | languages) - set(phrases(language, "chat"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_are_called_by_their_own_names(language: str) -> None:
    """A customer who reads no other language finds their own."""
    own = {"lv": "Latviešu", "ru": "Русский", "en": "English"}
    assert own == {x: phrases(language, "chat")[f"language.{x}"][0] for x in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_fit_a_narrow_screen(texts: Texts, language: str) -> None:
    """No label, of any brand, purpose, channel or topic, is longer than 24 characters."""
    things = [
        *(("purpose", p) for p in PURPOSES),
        *(("channel", c) for c in CHANNELS),
        *(("topic", t) for t in TOPICS),
    ]
    names = dict.fromkeys(("explain", "withdraw", "agree", "refuse", "privacy"), "purpose")
    names |= {f"{k}_{s}": k for k in ("channel", "topic") for s in ("on", "off")}
    plain = sayings.options() | sayings.DOOR_OPTIONS
    every = [Option(name=x) for x in plain - set(names)]
    every += [
        Option(name=n, **{k: i}) for n, kind in names.items() for k, i in things if k == kind
    ]
    every += [Option(name="language", language=x) for x in LANGUAGES]
    shown = [voice(texts, b, language, Form.CHAT).option(o) for b in BRANDS for o in every]
    assert {} == {label: len(label) for label in shown if len(label) > _LONGEST_BUTTON}
    assert [] == [label for label in shown if "{" in label or not label.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_short_and_differ(language: str) -> None:
    """Short names of consents have at most 20 characters, and no two are the same."""
    labels = [phrases(language, "purposes")[f"purpose.{p}.label"][0] for p in PURPOSES]
    assert [] == [label for label in labels if len(label) > _LONGEST_LABEL]
    assert len(PURPOSES) == len({label.casefold() for label in labels})


_STATUS = {
    "lv": {0: "piekrišanu", 1: "piekrišanu|piekrišana", 2: "piekrišanas", 10: "piekrišanu"}
    | {11: "piekrišanu", 21: "piekrišanu|piekrišana", 111: "piekrišanu"},
    "ru": {0: "согласий", 1: "согласие", 2: "согласия", 5: "согласий", 11: "согласий"}
    | {21: "согласие", 22: "согласия", 111: "согласий"},
    "en": {0: "consents", 1: "consent", 2: "consents", 11: "consents", 21: "consents"},
}
#: CLDR: zero, one, other (meaning.md, "Latvian plurals").
_LATVIAN_FORMS = {0: 0, 1: 1, 2: 2, 10: 0, 11: 0, 21: 1, 111: 0}


@pytest.mark.parametrize(
    ("language", "count", "word"),
    [(x, n, word) for x, words in _STATUS.items() for n, word in words.items()],
)
def test_status_counts_correctly(texts: Texts, language: str, count: int, word: str) -> None:
    """The heading of the status has the form of the noun that its number asks for."""
    message = Message("status", {"given": count, "states": []})
    heading = voice(texts, "lmt", language, Form.CHAT).message(message).partition("\n")[0]
    assert [str(count)] == re.findall(r"\d+", heading)
    assert re.search(rf"\b(?:{word})\b", heading), heading


@pytest.mark.parametrize(("count", "form"), [*_LATVIAN_FORMS.items()])
def test_latvian_plural_rule(count: int, form: int) -> None:
    """Latvian files count by CLDR's rule: zero, one, other, in this order."""
    for file in ("chat", "sms", "purposes"):
        with (ROOT / "lv" / f"{file}.po").open("rb") as stream:
            expression = read_po(stream).plural_expr
        assert form == _plural(expression, count)


def _plural(expression: str, n: int) -> int:
    return int(c2py(expression)(n))


def test_latvian_plural_forms_are_all_used(texts: Texts) -> None:
    """One consent and two consents are not said with the words for none."""
    speaker = voice(texts, "lmt", "lv", Form.CHAT)
    heads = {
        re.sub(r"\d+", "#", speaker.message(Message("status", {"given": n, "states": []})))
        for n in (0, 1, 2)
    }
    assert len(heads) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_tone(language: str) -> None:
    """No exclamation, no officialese, no begging; Jūs and Вы with a capital letter."""
    pattern = re.compile(_FORBIDDEN[language])
    found = {
        name: pattern.findall(text)
        for name, text in everything_written().items()
        if language in name.split("/")
    }
    assert {} == {name: words for name, words in found.items() if words}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language: str) -> None:
    """No sentence in chat, in a notice or on a page has more than 20 words."""
    long = [
        f"{name}: {sentence}"
        for name, text in everything_written().items()
        if language in name.split("/") and not {"sms", "sms_plain"} & set(name.split("/"))
        for sentence in re.split(r"(?<=[.!?])[”»]?\s+|\n+", text)
        if len(re.findall(r"\S*\w\S*", sentence)) > _LONGEST_SENTENCE
    ]
    assert [] == long


def test_sms_has_no_typographic_characters() -> None:
    """One typographic character would turn a whole SMS into UCS-2."""
    found = {
        name: _TYPOGRAPHIC & set(text)
        for name, text in every_template().items()
        if name.split("/")[1] == "sms"
    }
    assert {} == {name: marks for name, marks in found.items() if marks}


def test_sms_names_consents_in_short() -> None:
    """A title of up to ninety characters never goes out by SMS."""
    templates = every_template().items()
    assert [] == [n for n, text in templates if n.split("/")[1] == "sms" and "{title}" in text]


def test_english_sms_shows_no_word_of_the_provider() -> None:
    """YES, CANCEL, END, QUIT and HELP are acted on by providers; no SMS asks for them."""
    pattern = re.compile(r"\b(?:YES|CANCEL|END|QUIT|HELP|UNSUBSCRIBE|STOPALL)\b")
    shown = [
        n for n, t in every_template().items() if n.startswith("en/sms") and pattern.search(t)
    ]
    assert [] == shown


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("en/chat.po", 'msgid "kept"', 'msgid "keptt"', "missing kept"),
        ("en/chat.po", 'msgid "kept"', 'nonsense\nmsgid "kept"', "en/chat.po"),
        ("lv/chat.po", 'msgid "kept"', '#, fuzzy\nmsgid "kept"', "lv/chat.po: no text for kept"),
        (
            "ru/purposes.po",
            'msgstr "SMS"',
            'msgstr ""',
            "ru/purposes.po: no text for channel.sms.name",
        ),
    ],
)
def test_broken_words_are_refused(
    tmp_path: Path, file: str, old: str, new: str, reason: str
) -> None:
    """A missing or unreadable text is refused at start, by language, file and id."""
    root = copy_words(tmp_path)
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(WordsBroken, match=re.escape(reason)):
        read_strings(root, load_catalogue(root))


def test_purpose_without_words_is_refused(tmp_path: Path) -> None:
    """A purpose added to the data is refused until it is named."""
    root = copy_words(tmp_path)
    file = root / "catalogue" / "channels.toml"
    entry = '\n[[channel]]\nid = "push"\ncamara_scope = "marketing-offers:push"\n'
    file.write_text(file.read_text(encoding="utf-8") + entry, encoding="utf-8")
    with pytest.raises(WordsBroken, match=r"channel\.push\.name"):
        read_strings(root, load_catalogue(root))


def test_missing_plural_form_is_refused(tmp_path: Path) -> None:
    """A text that lacks one of its language's plural forms counts as missing."""
    root = copy_words(tmp_path)
    file = root / "lv" / "chat.po"
    text = re.sub(r"msgstr\[1\].*?(?=msgstr\[2\])", 'msgstr[1] ""\n', _text(file), flags=re.DOTALL)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WordsBroken, match=r"lv/chat\.po: no text for status"):
        read_strings(root, load_catalogue(root))


def test_page_with_an_unknown_placeholder_is_refused(tmp_path: Path) -> None:
    """A page that names what nobody fills in is refused at start like any other text."""
    root = copy_words(tmp_path)
    enter(root, [])
    (root / "en" / "pages" / "privacy.txt").write_text("{brand} {nobody}", encoding="utf-8")
    with pytest.raises(WordsBroken, match=r"en/pages/privacy\.txt"):
        load_texts(root)


@pytest.mark.parametrize("name", sorted(sayings.SMS_ONLY))
def test_missing_sms_wording_is_refused(tmp_path: Path, name: str) -> None:
    """An id that SMS alone says is refused at start where one language lacks it."""
    root = copy_words(tmp_path)
    file = root / "ru" / "sms.po"
    text = _text(file).replace(f'msgid "{name}"', 'msgid "menu"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WordsBroken, match=re.escape(name)):
        read_strings(root, load_catalogue(root))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
