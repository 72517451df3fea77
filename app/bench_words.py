"""Rows about words: how long understanding takes, and what loading all words does.

Their floor is a fixed piece of plain Python, measured in the same rounds.
"""

from __future__ import annotations

import csv
import gc
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

from app.bench_figures import MB, MS, US, Aim, Figure, Unit
from app.bench_scope import Scope
from app.fresh_process import fresh_process
from app.hostile_text import hostile_messages
from consent.understanding import Lexicon, understand
from consent.understanding.hearing import listen
from consent.understanding.text import hear
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon

KEYWORD, FREE, HOSTILE = Aim(most=50 * US), Aim(most=500 * US), Aim(most=5 * MS)
LOADING, PEAK = Aim(most=150 * MS), Aim(most=60 * MB)
#: A round takes a moment, so there are more of them than where a server is driven.
_ROUNDS = 7
_KEYWORDS = {
    "lv": (
        *("STOP", "stop visu", "ATTEIKTIES", "JĀ 3", "ja 3", "nē", "statuss", "info 5", "3-"),
        *("stop sms", "palīdzība", "bez reklāmas", "latviski", "pauze 3 dienas", "kanāli"),
    ),
    "ru": (
        *("СТОП", "СТОП 3", "стоп всё", "ДА 3", "да", "нет", "статус", "инфо 5", "3+"),
        *("стоп смс", "помощь", "с т о п", "CTOП", "мои согласия", "стооооп", "пауза"),
    ),
    "en": (
        *("STOP", "STOP 3", "stop all", "AGREE 2", "yes", "no thanks", "status", "info 5"),
        *("stop sms, please", "help", "unsubscribe", "2-4-", "my data", "START", "opt-out"),
    ),
}
#: Of the examples, one in so many is measured.
_EVERY = 200
_FLOOR_TEXT = "Please do NOT send me any more offers by SMS, only the monthly bill by E-MAIL"
_FLOOR_KNOWN = dict.fromkeys(_FLOOR_TEXT.casefold().split()[::2], 1)
_FLOOR_ROUNDS = 1000
_LOAD = """
from pathlib import Path
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
root = Path(sys.argv[1])
lexicon = load_lexicon(root, load_catalogue(root))
"""

_Said = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is measured: the words of one folder, each message so many times."""

    root: Path
    languages: tuple[str, ...]
    lexicon: Lexicon
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Nanoseconds, by round."""

    #: Of each message.
    messages: list[list[int]]
    floor: tuple[float, ...]

    @property
    def medians(self) -> tuple[float, ...]:
        """The median message of each round."""
        return tuple(statistics.median(took) for took in self.messages)


def subject_of(root: Path, rounds: int) -> Subject:
    """Load the words of a folder."""
    catalogue = load_catalogue(root)
    return Subject(
        root=root,
        languages=tuple(catalogue.languages),
        lexicon=load_lexicon(root, catalogue),
        rounds=rounds,
    )


def understanding(scope: Scope) -> Iterator[Figure]:
    """Keywords, free wording, what is doubtful of it, and text that is made to take long."""
    subject = subject_of(ROOT, scope.rounds or _ROUNDS)
    yield keyword_message(subject)
    yield free_wording(subject)
    yield doubtful_wording(subject)
    yield hostile_text(subject)


def words(scope: Scope) -> Iterator[Figure]:
    """What a new process needs to load all words: time and memory."""
    rounds = scope.rounds or _ROUNDS
    with TemporaryDirectory() as folder:
        # The first of each compiles the modules.
        tries = [
            [fresh_process(work, str(ROOT), bytecode=Path(folder)) for work in ("", _LOAD)]
            for _ in range(rounds + 1)
        ][1:]
    took = tuple(float(loaded[0]) for _, loaded in tries)
    note = "imports, catalogue and words, a new process"
    yield Figure(row="loading all words", tries=took, aim=LOADING, note=note)
    yield Figure(
        row="  peak memory",
        tries=tuple(float(loaded[1]) for _, loaded in tries),
        unit=Unit.BYTES,
        floor=tuple(float(bare[1]) for bare, _ in tries),
        aim=PEAK,
        note="of that process, beside a bare one",
    )


def keyword_message(subject: Subject) -> Figure:
    """Keywords, numbers and signs, in all languages: the median message."""
    messages = [(text, language) for language in _KEYWORDS for text in _KEYWORDS[language]]
    return _median("understanding: keyword", subject, messages, KEYWORD)


def free_wording(subject: Subject) -> Figure:
    """Real messages of the examples of all languages: the median message."""
    return _of_examples("understanding: free wording", subject, FREE)


def doubtful_wording(subject: Subject) -> Figure:
    """Those of them that need the language model to tell what they are: the median message."""
    return _of_examples("understanding: doubtful", subject, None, partial(_is_shown, subject))


def _of_examples(
    name: str, subject: Subject, aim: Aim | None, taken: Callable[[_Said], bool] = bool
) -> Figure:
    try:
        messages = [said for said in _examples(subject) if taken(said)]
    except FileNotFoundError as fault:
        missing = Path(fault.filename).relative_to(subject.root)
        return Figure(row=name, aim=aim, note=f"there is no locales/{missing}")
    return _median(name, subject, messages, aim)


def _is_shown(subject: Subject, said: _Said) -> bool:
    """Say whether the language model is asked what a message is."""
    text, _ = said
    learned = subject.lexicon.learned
    if learned is None:
        return False
    return listen(hear(text), subject.lexicon, learned).shown is not None


def hostile_text(subject: Subject) -> Figure:
    """Messages made to take long: the slowest of them."""
    named = hostile_messages(subject.lexicon)
    languages = subject.languages
    messages = [(text, languages[at % len(languages)]) for at, (_, text) in enumerate(named)]
    times = _times(subject, messages)
    each = [statistics.median(tries) for tries in zip(*times.messages, strict=True)]
    slowest = each.index(max(each))
    return Figure(
        row="understanding: hostile text",
        tries=tuple(float(took[slowest]) for took in times.messages),
        floor=times.floor,
        aim=HOSTILE,
        note=f"slowest of {len(named)}: {named[slowest][0]}",
    )


def _median(row: str, subject: Subject, messages: Sequence[_Said], aim: Aim | None) -> Figure:
    times = _times(subject, messages)
    note = f"{len(messages)} messages; floor: folding, splitting, looking up in plain Python"
    return Figure(row=row, tries=times.medians, floor=times.floor, aim=aim, note=note)


def _times(subject: Subject, messages: Sequence[_Said]) -> Times:
    """Return the time of each message; a pass takes them all, the first is a warm-up."""
    passes: list[list[int]] = []
    floor: list[float] = []
    with _uncollected():
        for _ in range(subject.rounds + 1):
            took: list[int] = []
            for text, language in messages:
                start = perf_counter_ns()
                understand(text, subject.lexicon, language=language)
                took.append(perf_counter_ns() - start)
            passes.append(took)
            floor.append(_floor())
    return Times(messages=passes[1:], floor=tuple(floor[1:]))


def _floor() -> float:
    """Return how long plain Python takes to fold a message, split it and look its words up."""
    known = _FLOOR_KNOWN
    start = perf_counter_ns()
    for _ in range(_FLOOR_ROUNDS):
        [known.get(word) for word in _FLOOR_TEXT.casefold().split()]
    return (perf_counter_ns() - start) / _FLOOR_ROUNDS


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collection of garbage out of what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _examples(subject: Subject) -> Iterator[_Said]:
    for language in subject.languages:
        file = subject.root / language / "lexicon" / "examples.tsv"
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
        yield from ((row["text"], language) for row in rows[::_EVERY])
