"""The cues of free wording as data: what is read, and what is refused at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from consent.catalogue import Channel, ChannelId
from consent.errors import CatalogueBroken
from consent.understanding.cues import Cues, Kind
from locales import ROOT
from locales.cues import load_cues
from tests.builders import CATALOGUE

ENGLISH = """
[acts]
stop = ["halt", "knock .. off"]
language.lv = ["latvian"]

[objects]
ads = ["advert*"]
channels.email = ["e-mail*"]
purposes.offers = ["bargain*"]
numbers.traffic = ["second"]

[blocks]
but = ["but"]
keep = []
"""
Found = tuple[Kind, str, str, str]


def _file(root: Path, language: str) -> Path:
    return root / language / "lexicon" / "cues.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return small cue files: some English words, one Latvian, no Russian."""
    for language, text in (("en", ENGLISH), ("lv", "[acts]\nstop = ['BEIDZIET']\n"), ("ru", "")):
        file = _file(tmp_path, language)
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def _found(cues: Cues, text: str) -> list[Found]:
    found = cues.find(tuple(text.split()))
    return [(f.cue.kind, f.cue.name, f.cue.value, f.cue.language) for f in found]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param((Kind.ACT, "stop", "", "en"), "halt", id="an act"),
        pytest.param((Kind.ACT, "stop", "", "en"), "knock that off", id="several words"),
        pytest.param((Kind.ACT, "stop", "", "lv"), "beidziet", id="another language"),
        pytest.param((Kind.ACT, "language", "lv", "en"), "latvian", id="a language"),
        pytest.param((Kind.OBJECT, "ads", "", "en"), "adverts", id="an object"),
        pytest.param((Kind.OBJECT, "channels", "email", "en"), "e-mails", id="a channel"),
        pytest.param((Kind.OBJECT, "purposes", "offers", "en"), "bargains", id="a purpose"),
        pytest.param((Kind.OBJECT, "numbers", "traffic", "en"), "second", id="a number"),
        pytest.param((Kind.BLOCK, "but", "", "en"), "but", id="a block"),
    ],
)
def test_cues_are_read(root: Path, expected: Found, text: str) -> None:
    """What stands in a language's file is found, with what it says and whose word it is."""
    assert [expected] == _found(load_cues(root, CATALOGUE), f"oh {text} then")


Edit = Callable[[str], str]


def _set(text: str) -> Edit:
    return lambda _old: text


@pytest.mark.parametrize(
    ("key", "reason", "edit"),
    [
        pytest.param("-", "not readable", _set("= ="), id="no TOML"),
        pytest.param("-", "not readable", _set("x = '\udcff'"), id="no UTF-8"),
        pytest.param("acts", "must be a table", _set("acts = 3"), id="no table"),
        pytest.param("act", "no such table", _set("[act]"), id="another table"),
        pytest.param("acts.halt", "no such key", _set("[acts]\nhalt = []"), id="another key"),
        pytest.param("acts.ads", "no such key", _set("[acts]\nads = []"), id="key elsewhere"),
        pytest.param("stop", "must be a list", _set("[acts.stop]\nx = ['a']"), id="no list"),
        pytest.param("stop.", "list of patterns", _set("[acts]\nstop = 'halt'"), id="a text"),
        pytest.param("stop.", "list of patterns", _set("[acts]\nstop = [3]"), id="a number"),
        pytest.param(
            "channels", "table of ids", _set("[objects]\nchannels = ['sms']"), id="no table of ids"
        ),
        pytest.param(
            "channels.fax",
            "no such id",
            _set("[objects]\nchannels.fax = ['fax']"),
            id="no channel",
        ),
        pytest.param(
            "purposes.news",
            "no such id",
            _set("[objects]\npurposes.news = ['x']"),
            id="no purpose",
        ),
        pytest.param(
            "topics.offers", "no such id", _set("[objects]\ntopics.offers = ['x']"), id="no topic"
        ),
        pytest.param(
            "brands.tele2", "no such id", _set("[objects]\nbrands.tele2 = ['x']"), id="no brand"
        ),
        pytest.param(
            "language.de", "no such id", _set("[acts]\nlanguage.de = ['x']"), id="no language"
        ),
        pytest.param(
            "channels.sms", "list of patterns", _set("[objects]\nchannels.sms = 's'"), id="a text"
        ),
        pytest.param("acts.stop", "no pattern: h*", _set("[acts]\nstop = ['h*']"), id="short"),
        pytest.param("blocks.but", "no pattern: ", _set("[blocks]\nbut = ['']"), id="empty"),
        pytest.param("objects.ads", "no pattern: ..", _set("[objects]\nads = ['..']"), id="a gap"),
    ],
)
def test_a_broken_file_is_refused(root: Path, key: str, reason: str, edit: Edit) -> None:
    """A fault is told with its file and key before anybody is served."""
    file = _file(root, "lv")
    text = edit(file.read_text(encoding="utf-8"))
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CatalogueBroken) as caught:
        load_cues(root, CATALOGUE)
    assert ("lv/lexicon/cues.toml", key) == (caught.value.file, caught.value.key)
    assert reason in caught.value.reason


def test_a_missing_file_is_refused(root: Path) -> None:
    """Every language of the catalogue has its cues."""
    _file(root, "ru").unlink()
    with pytest.raises(CatalogueBroken) as caught:
        load_cues(root, CATALOGUE)
    assert ("ru/lexicon/cues.toml", "-") == (caught.value.file, caught.value.key)
    assert "missing" in caught.value.reason


def test_a_fourth_channel_is_data_alone(root: Path) -> None:
    """A channel added to the catalogue can be named in free wording without any Python."""
    channel = Channel(id=ChannelId("push"), camara_scope="marketing-offers:push")
    catalogue = replace(CATALOGUE, channels=(*CATALOGUE.channels, channel))
    file = _file(root, "lv")
    file.write_text("[objects]\nchannels.push = ['pasgruzi*']\n", encoding="utf-8")
    found = _found(load_cues(root, catalogue), "pasgruzis")
    assert [(Kind.OBJECT, "channels", "push", "lv")] == found


@pytest.mark.parametrize(
    ("language", "text"),
    [("lv", "vairs nesutiet reklamas"), ("ru", "прекратите рекламу"), ("en", "stop the adverts")],
)
def test_shipped_cues(language: str, text: str) -> None:
    """The shipped files know how to end advertising in each language."""
    found = _found(load_cues(ROOT, CATALOGUE), text)
    assert {"stop", "cease"} & {name for _, name, _, whose in found if whose == language}
    assert "ads" in {name for _, name, _, whose in found if whose == language}
