"""The start: nothing that is not needed is loaded, and what operators write is never out of date.

What is read quickly because it is written plainly means the same as when it is heard letter by
letter.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consent.understanding import understand
from consent.understanding.cues import Cue, Kind, PatternBroken, build_cues
from consent.understanding.lexicon import key_of
from consent.understanding.spelling import fold, joined, plain
from consent.understanding.text import hear
from locales import ROOT, encoder, weights
from locales.lexicon import load_lexicon
from tests.understanding import CATALOGUE

#: Libraries that the program uses elsewhere, and modules that are slow to load.
UNNEEDED = {"asyncio", "babel", "hashlib", "numpy", "sqlalchemy", "tomllib"}
STOP = Cue(Kind.ACT, "stop", "", "lv")
LETTERS = "abeostzабео йё" + "āēšž" + "0'-. "


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the shipped words, and of what was learnt, that a test may edit."""
    for name in (weights.FILE, encoder.FILE):
        shutil.copy(ROOT / name, tmp_path / name)
    for language in CATALOGUE.languages:
        folder, copied = ROOT / language / "lexicon", tmp_path / language / "lexicon"
        shutil.copytree(folder, copied, ignore=shutil.ignore_patterns("*.tsv"))
    return tmp_path


@pytest.mark.parametrize(
    ("language", "file", "key", "word"),
    [
        pytest.param("lv", "keywords", "status = [", "čiepiņš", id="a Latvian keyword"),
        pytest.param("ru", "keywords", "status = [", "бубенец", id="a Russian keyword"),
        pytest.param("lv", "names", "[channels]\nsms = [", "čiepiņš", id="a Latvian name"),
    ],
)
def test_an_edited_word_counts_at_the_next_start(
    root: Path, language: str, file: str, key: str, word: str
) -> None:
    """A speaker of the language adds a word to a file, and nothing else needs to be done."""
    path = root / language / "lexicon" / f"{file}.toml"
    before = understand(f"stop {word}", load_lexicon(root, CATALOGUE))
    alone = understand(word, load_lexicon(root, CATALOGUE))
    table, _, entry = key.rpartition("\n")
    text = path.read_text(encoding="utf-8")
    at = text.index(entry, text.index(table)) + len(entry)
    path.write_text(f'{text[:at]}"{word}", {text[at:]}', encoding="utf-8")
    lexicon = load_lexicon(root, CATALOGUE)
    after = (understand(f"stop {word}", lexicon), understand(word, lexicon))
    assert (before, alone) != after
    assert "status" == after[1].name if file == "keywords" else ("sms",) == after[0].channels


@pytest.mark.parametrize(
    ("language", "word"), [pytest.param("lv", "čiepiņš"), pytest.param("ru", "бубенец")]
)
def test_an_edited_cue_counts_at_the_next_start(root: Path, language: str, word: str) -> None:
    """A cue added to a file is found at the next start, and one taken out no longer is."""
    path = root / language / "lexicon" / "cues.toml"
    text = path.read_text(encoding="utf-8")
    words = (fold(plain(word)),)
    found = []
    for written in (text, text.replace("stop = [", f'stop = ["{word}", ', 1), text):
        path.write_text(written, encoding="utf-8")
        found.append([f.cue.name for f in load_lexicon(root, CATALOGUE).cues.find(words)])
    assert [[], ["stop"], []] == found


def test_a_start_loads_nothing_unneeded() -> None:
    """A process that only understands messages does not load what other parts need."""
    code = (
        "import sys; from locales import ROOT; from locales.lexicon import load_lexicon;"
        "from locales.catalogue_source import load_catalogue;"
        "load_lexicon(ROOT, load_catalogue(ROOT)); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT.parent, check=True, capture_output=True, text=True
    )
    assert "consent.understanding" in done.stdout.split()
    assert set() == UNNEEDED & set(done.stdout.split())


@given(st.text(LETTERS, max_size=12))
@example("āz az")
@example("s t o p")
def test_a_phrase_is_found_by_what_is_heard(phrase: str) -> None:
    """However a phrase is written, its key is what a message that says it is heard as."""
    heard = hear(phrase)
    if not heard.is_symbol:
        assert (" ".join(map(joined, heard.tokens)), False) == key_of(phrase)


@given(st.text(LETTERS.replace(" ", ""), min_size=1, max_size=8))
def test_a_word_is_found_however_the_pattern_is_written(word: str) -> None:
    """A pattern of one word finds the word that a message is folded to, with or without marks."""
    try:
        cues = build_cues([(STOP, word)])
    except PatternBroken:
        assert not word.strip(".")
        return
    assert [(0, 1)] == [(f.start, f.end) for f in cues.find((fold(plain(word)),))]
