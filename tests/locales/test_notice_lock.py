"""The lock of the notices: no text changes without a version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consent.errors import WordsBroken
from consent.notices import Form, Notice, NoticeShelf, Status, fingerprint
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import LOCK, Key, check_lock, enter_versions, read_lock, write_lock
from locales.notice_source import compose
from locales.wording import load_texts
from tests.locales.voices import BRANDS, CHANGED, LANGUAGES, copy_words, enter

_FORMS = ("chat", "sms")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the words with every text entered as 1.0."""
    folder = copy_words(tmp_path)
    enter(folder, [])
    return folder


def _texts(root: Path) -> dict[Key, str]:
    return compose(root, load_catalogue(root))


def _known(root: Path) -> list[Notice]:
    return list(read_lock(root))


def _change(root: Path, *files: str) -> None:
    """Change the first word of these notices; it stays short and in their alphabet."""
    for file in files:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert "{brand}" in text
        path.write_text(text.replace("{brand}", "{brand} {brand}", 1), encoding="utf-8")


def _every_file(purpose: str) -> list[str]:
    return [f"{x}/notices/{purpose}.{form}.txt" for x in LANGUAGES for form in _FORMS]


def _versions(notices: list[Notice], purpose: str) -> set[str]:
    return {n.version for n in notices if n.purpose == purpose}


def test_first_versions(root: Path) -> None:
    """What was never entered becomes 1.0, a draft until the controller approves it."""
    notices = _known(root)
    assert {("1.0", Status.DRAFT)} == {(n.version, n.status) for n in notices}
    assert set(_texts(root)) == {(n.brand, n.purpose, n.language, n.form) for n in notices}


def test_lock_is_read_back_as_written(root: Path) -> None:
    """A lock written and read is the same, whatever order it was written in."""
    before = _known(root)
    as_written = (root / LOCK).read_bytes()
    write_lock(root, before[::-1])
    assert as_written == (root / LOCK).read_bytes()
    assert before == _known(root)


def test_lock_has_a_version_a_line(root: Path) -> None:
    """A changed version is one changed line for whoever reviews it."""
    lines = (root / LOCK).read_text(encoding="utf-8").splitlines()
    assert len(_known(root)) + 2 == len(lines)


def test_texts_in_step_pass(root: Path) -> None:
    """Words whose every text is the newest in the lock can be loaded."""
    assert load_catalogue(root) == load_texts(root).catalogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_changed_text_is_refused(root: Path, language: str) -> None:
    """A text changed without a version is named, for every brand that shares it."""
    _change(root, f"{language}/notices/credit.chat.txt")
    with pytest.raises(WordsBroken) as caught:
        load_texts(root)
    for brand in BRANDS:
        assert f"{brand}/credit/{language}/chat" in str(caught.value)
    assert "2 texts changed without a version" in str(caught.value)


def test_changed_controller_is_refused(root: Path) -> None:
    """A telephone number that changes in the catalogue changes the texts that print it."""
    file = root / "catalogue" / "brands.toml"
    text = file.read_text(encoding="utf-8").replace("80768076", "80768077")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WordsBroken, match="texts changed without a version: lmt/"):
        load_texts(root)


def test_changed_name_is_refused(root: Path) -> None:
    """A consent's name stands above its full text, so a new name is a new text."""
    file = root / "en" / "purposes.po"
    text = file.read_text(encoding="utf-8")
    entry = 'msgid "purpose.location.label"\nmsgstr "'
    assert entry in text
    file.write_text(text.replace(entry, f"{entry}My "), encoding="utf-8")
    with pytest.raises(WordsBroken, match="2 texts changed without a version: lmt/location/en/"):
        load_texts(root)


def test_brand_of_its_own_text(root: Path) -> None:
    """A text for one brand alone replaces the shared one for that brand only."""
    own = root / "en" / "notices" / "credit.sms.amigo.txt"
    own.write_text("{brand} asks.", encoding="utf-8")
    before, after = NoticeShelf(tuple(_known(root))), _texts(root)
    assert "Amigo asks." == after["amigo", "credit", "en", Form.SMS]
    key = ("lmt", "credit", "en", Form.SMS)
    assert before.current(*key).fingerprint == fingerprint(after[key])


def test_missing_lock_is_refused(root: Path) -> None:
    """Without a lock nothing is shown: nobody could prove which text it was."""
    (root / LOCK).unlink()
    with pytest.raises(WordsBroken, match=LOCK):
        load_texts(root)


@pytest.mark.parametrize("content", ["", "[", "{}", '[{"fingerprint": "x"}]'])
def test_broken_lock_is_refused(root: Path, content: str) -> None:
    """A lock that is no list of versions is refused by name."""
    (root / LOCK).write_text(content, encoding="utf-8")
    with pytest.raises(WordsBroken, match=LOCK):
        read_lock(root)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"  \n", "empty"), (b"e\xcc\x81", "NFC"), (b"\xff", "utf-8")],
)
def test_broken_text_is_refused(root: Path, content: bytes, reason: str) -> None:
    """An empty, decomposed or undecodable text is refused by the file's name."""
    (root / "en" / "notices" / "offers.sms.txt").write_bytes(content)
    with pytest.raises(WordsBroken, match=rf"en/notices/offers\.sms\.txt.*{reason}"):
        compose(root, load_catalogue(root))


def test_missing_text_is_refused(root: Path) -> None:
    """A purpose without its text in one language is refused by the file's name."""
    (root / "ru" / "notices" / "offers.chat.txt").unlink()
    with pytest.raises(WordsBroken, match=r"ru/notices/offers\.chat\.txt"):
        compose(root, load_catalogue(root))


@pytest.mark.parametrize("broken", ["{nobody}", "{brand", "{0}"])
def test_unknown_placeholder_is_refused(root: Path, broken: str) -> None:
    """A brace that nothing fills is refused by the file's name."""
    (root / "en" / "notices" / "offers.sms.txt").write_text(broken, encoding="utf-8")
    with pytest.raises(WordsBroken, match=r"en/notices/offers\.sms\.txt"):
        compose(root, load_catalogue(root))


def test_minor_change(root: Path) -> None:
    """A minor change of one text gives it 1.1, and everything else stays as it was."""
    before = _known(root)
    _change(root, "en/notices/offers.chat.txt")
    after = enter(root, before)
    fresh = [n for n in after if n not in before]
    assert before == after[: len(before)]
    assert {("lmt", "en", "1.1"), ("amigo", "en", "1.1")} == {
        (n.brand, n.language, n.version) for n in fresh
    }
    assert {"A test changed it."} == {n.changed for n in fresh}
    check_lock(_texts(root), NoticeShelf(tuple(after)))


def test_minor_change_leaves_grants_alone(root: Path) -> None:
    """A yes to 1.0 still counts under 1.1, though 1.0 is no longer the text to show."""
    before = _known(root)
    _change(root, "en/notices/offers.chat.txt")
    shelf = NoticeShelf(tuple(enter(root, before)))
    old = NoticeShelf(tuple(before)).current("lmt", "offers", "en", Form.CHAT)
    assert (False, False) == (
        shelf.is_current(old.fingerprint),
        shelf.outdated("lmt", "offers", old.fingerprint),
    )


def test_major_change(root: Path) -> None:
    """A major change gives every text of the purpose 2.0 and outdates every earlier yes."""
    before = _known(root)
    _change(root, *_every_file("offers"))
    after = enter(root, before, major=True)
    shelf = NoticeShelf(tuple(after))
    assert {"1.0", "2.0"} == _versions(after, "offers")
    assert {"1.0"} == _versions(after, "traffic")
    outdated = {n.version for n in after if shelf.outdated(n.brand, n.purpose, n.fingerprint)}
    assert {"1.0"} == outdated
    assert {"offers"} == {
        n.purpose for n in before if shelf.outdated(n.brand, n.purpose, n.fingerprint)
    }


def test_after_a_major_change_comes_its_first_minor(root: Path) -> None:
    """Versions count on from where they are: 2.0, 2.1, 3.0."""
    notices = _known(root)
    for major, files in (
        (True, _every_file("offers")),
        (False, ["en/notices/offers.sms.txt"]),
        (True, _every_file("offers")),
    ):
        _change(root, *files)
        notices = enter(root, notices, major=major)
    shelf = NoticeShelf(tuple(notices))
    assert {"1.0", "2.0", "2.1", "3.0"} == _versions(notices, "offers")
    assert "3.0" == shelf.current("lmt", "offers", "en", Form.SMS).version


@pytest.mark.parametrize("left", _every_file("offers"))
def test_half_a_major_change_is_refused(root: Path, left: str) -> None:
    """A major change that leaves a language or form as it was is refused, naming it."""
    before = _known(root)
    _change(root, *(file for file in _every_file("offers") if file != left))
    language, _, name = left.split("/")
    with pytest.raises(WordsBroken, match=rf"lmt/offers/{language}/{name.split('.')[1]}"):
        enter_versions(_texts(root), before, changed=CHANGED, major=True)


def test_no_change_enters_nothing(root: Path) -> None:
    """Entering versions when nothing changed leaves the lock as it is."""
    before = _known(root)
    assert before == enter_versions(_texts(root), before, changed=CHANGED, major=False)


def test_unknown_text_is_outdated(root: Path) -> None:
    """A yes to a text that nobody knows, to none, or to another's text does not count."""
    shelf = read_lock(root)
    other = shelf.current("amigo", "offers", "en", Form.CHAT).fingerprint
    assert [True, True, True] == [
        shelf.outdated("lmt", "offers", digest) for digest in ("0" * 64, None, other)
    ]


def test_status_is_kept(root: Path) -> None:
    """An approval written into the lock is read back."""
    notices = _known(root)
    write_lock(root, [replace(notices[0], status=Status.APPROVED), *notices[1:]])
    kept = read_lock(root).find(notices[0].fingerprint)
    assert kept is not None
    assert Status.APPROVED is kept.status


def test_shipped_lock_is_in_step() -> None:
    """The lock in the tree holds every shipped text as its newest version."""
    texts = compose(ROOT, load_catalogue(ROOT))
    check_lock(texts, read_lock(ROOT))
    assert set(texts) <= {(n.brand, n.purpose, n.language, n.form) for n in read_lock(ROOT)}


def test_an_earlier_text_cannot_come_back(root: Path) -> None:
    """Word for word the same text under a new version would revive grants that it outdated."""
    first = _texts(root)
    known = _known(root)
    _change(root, "en/notices/credit.chat.txt")
    known = enter_versions(_texts(root), known, changed=CHANGED, major=False)
    with pytest.raises(WordsBroken, match="cannot come back"):
        enter_versions(first, known, changed=CHANGED, major=False)


def test_a_text_that_is_there_twice_is_refused(root: Path) -> None:
    """A lock with one text under two versions, edited by hand, is not read."""
    known = _known(root)
    write_lock(root, [*known, replace(known[0], minor=9)])
    with pytest.raises(WordsBroken, match="twice"):
        read_lock(root)
