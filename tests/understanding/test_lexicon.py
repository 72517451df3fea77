"""The words as data: what is refused at start, and what the shipped files hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from consent.catalogue import Channel, ChannelId
from consent.errors import CatalogueBroken
from consent.understanding import Part, understand
from consent.understanding.text import ON_SIGN
from locales import ROOT
from locales.lexicon import load_words
from tests.understanding import CATALOGUE, LEXICON, brief


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the shipped words that a test may break."""
    for language in CATALOGUE.languages:
        shutil.copytree(ROOT / language / "lexicon", tmp_path / language / "lexicon")
    return tmp_path


Edit = Callable[[str], str]


def _set(text: str) -> Edit:
    return lambda _old: text


def _replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("key", "reason", "file", "edit"),
    [
        ("-", "not readable", "keywords", _set("= =")),
        ("-", "not readable", "names", _set("x = '\udcff'")),
        ("word", "no such key", "keywords", _set("[word]\n")),
        ("keywords", "must be a table", "keywords", _set("keywords = 3\n")),
        ("keywords.stopp", "no such key", "keywords", _replaced("withdraw_all =", "stopp =")),
        ("keywords.help", "list of words", "keywords", _replaced("help = [", "help = 3\nx = [")),
        ("keywords.language.de", "no such id", "keywords", _replaced("choose = [", "de = [")),
        ("numbers.9", "no such id", "keywords", _replaced("[numbers]", "[numbers]\n9 = ['nine']")),
        ("units.years", "no such id", "keywords", _replaced("hours =", "years =")),
        ("never", "list of words", "keywords", lambda text: "never = 3\n" + text),
        ("purposes.offer", "no such id", "names", _replaced("offers = [", "offer = [")),
        ("channels.fax", "no such id", "names", _replaced("sms = [", "fax = [")),
        ("topics.weather", "no such id", "names", _replaced("events = [", "weather = [")),
        ("brands.tele2", "no such id", "names", _replaced("amigo = [", "tele2 = [")),
        ("PAL", "means both", "keywords", _replaced("status = [", 'status = ["PAL", ')),
        ("P.A.L", "means both", "keywords", _replaced("status = [", 'status = ["P.A.L", ')),
        ("calls", "means both", "names", _replaced("sms = [", 'sms = ["calls", ')),
        ("el em te", "one word", "names", _replaced("lmt = [", 'lmt = ["el em te", ')),
        ("offers", "list of words", "names", _replaced("offers = [", 'offers = [" ", ')),
    ],
)
def test_a_broken_file_is_refused(
    root: Path, key: str, reason: str, file: str, edit: Edit
) -> None:
    """A fault is told with its file and key before anybody is served."""
    path = root / "en" / "lexicon" / f"{file}.toml"
    text = edit(path.read_text(encoding="utf-8"))
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CatalogueBroken) as caught:
        load_words(root, CATALOGUE)
    assert f"en/lexicon/{file}.toml" == caught.value.file
    assert key in caught.value.key
    assert reason in caught.value.reason


@pytest.mark.parametrize("file", ["keywords.toml", "names.toml"])
def test_a_missing_file_is_refused(root: Path, file: str) -> None:
    """Every language of the catalogue has its words."""
    (root / "lv" / "lexicon" / file).unlink()
    with pytest.raises(CatalogueBroken) as caught:
        load_words(root, CATALOGUE)
    assert "missing" in caught.value.reason


def test_a_needed_word_is_missing(root: Path) -> None:
    """Without a word for STOP nobody could stop: that is refused."""
    path = root / "ru" / "lexicon" / "keywords.toml"
    text = path.read_text(encoding="utf-8")
    head, _, tail = text.partition("withdraw_all = [")
    path.write_text(head + "withdraw_all = []\n_ = [" + tail, encoding="utf-8")
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("_ = [", "short_no = [", 1)
        .replace('short_no = ["н", "n"]', "", 1),
        encoding="utf-8",
    )
    with pytest.raises(CatalogueBroken) as caught:
        load_words(root, CATALOGUE)
    assert (caught.value.key, caught.value.reason) == ("withdraw_all", "there is no word for it")


def test_a_fourth_channel_is_data_alone(root: Path) -> None:
    """A channel added to the catalogue and the words is understood without any Python."""
    channel = Channel(id=ChannelId("push"), camara_scope="marketing-offers:push")
    catalogue = replace(CATALOGUE, channels=(*CATALOGUE.channels, channel))
    path = root / "en" / "lexicon" / "names.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[channels]", '[channels]\npush = ["push"]'), encoding="utf-8")
    lexicon = load_words(root, catalogue)
    assert understand("stop push", lexicon).channels == ("push",)
    assert understand("all", lexicon, pending="channels").channels == (
        "email",
        "sms",
        "call",
        "push",
    )


def _whole_keywords() -> list[tuple[Part, str]]:
    parts = (Part.STOP, Part.YES, Part.OKAY, Part.NO, Part.STATUS, Part.HELP, Part.HUMAN)
    return [(p, key) for key, senses in LEXICON.phrases.items() for p in parts if p in senses]


NAMES = {
    Part.STOP: "withdraw_all marketing",
    Part.YES: "yes",
    Part.OKAY: "yes",
    Part.NO: "no",
    Part.STATUS: "status",
    Part.HELP: "help",
    Part.HUMAN: "human",
}


def test_every_listed_keyword_is_understood() -> None:
    """No keyword of the files is hidden by another word, a trap or a courtesy."""
    hidden = {
        (part.value, key): brief(key)
        for part, key in _whole_keywords()
        if brief(key) != NAMES[part]
    }
    assert hidden == {}


def test_every_listed_name_is_understood() -> None:
    """Each name of a purpose, channel or topic works after STOP."""
    lost = [
        key
        for key, senses in LEXICON.phrases.items()
        for part in (Part.PURPOSE, Part.CHANNEL, Part.TOPIC)
        if part in senses
        and not set(senses[part].values) <= set(brief("STOP " + key.replace(ON_SIGN, "+")).split())
    ]
    assert lost == []
