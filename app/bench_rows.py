"""The rows of `consent bench`: each is a function that measures and yields figures.

A new row is added to `ROWS`, its limit to `LIMITS`.
"""

from __future__ import annotations

import csv
import gc
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

from app.fresh_process import fresh_process
from app.hostile_text import hostile_messages
from consent.understanding import Lexicon, understand

US, MS, MB = 1e3, 1e6, 1e6
#: Nanoseconds, for memory bytes.
LIMITS: Mapping[str, float] = {
    "keyword message": 50 * US,
    "free wording": 500 * US,
    "hostile text": 5 * MS,
    "start-up": 150 * MS,
    "peak memory": 60 * MB,
}
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
_EVERY = 50
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
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured: nanoseconds or bytes."""

    row: str
    #: None if it could not be measured; `note` says why.
    value: float | None
    unit: str = "ns"
    #: What it is compared with, if not the floor of the run.
    floor: float | None = None
    note: str = ""


Row = Callable[[Subject], Iterator[Figure]]


def measure_floor(repeats: int) -> float:
    """Return how long plain Python takes to fold a message, split it and look its words up."""
    known, tries = _FLOOR_KNOWN, list[float]()
    with _uncollected():
        for _ in range(repeats + 1):
            start = perf_counter_ns()
            for _ in range(_FLOOR_ROUNDS):
                [known.get(word) for word in _FLOOR_TEXT.casefold().split()]
            tries.append((perf_counter_ns() - start) / _FLOOR_ROUNDS)
    return statistics.median(tries[1:])


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collection of garbage out of what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _times(subject: Subject, messages: Sequence[_Said]) -> list[float]:
    """Return the median time of each message; a pass takes them all, the first is a warm-up."""
    passes: list[list[int]] = []
    with _uncollected():
        for _ in range(subject.repeats + 1):
            took: list[int] = []
            for text, language in messages:
                start = perf_counter_ns()
                understand(text, subject.lexicon, language=language)
                took.append(perf_counter_ns() - start)
            passes.append(took)
    return [statistics.median(tries) for tries in zip(*passes[1:], strict=True)]


def keyword_message(subject: Subject) -> Iterator[Figure]:
    """Keywords, numbers and signs, in all languages: the median message."""
    messages = [(text, language) for language in _KEYWORDS for text in _KEYWORDS[language]]
    median = statistics.median(_times(subject, messages))
    yield Figure(row="keyword message", value=median, note=f"{len(messages)} messages")


def free_wording(subject: Subject) -> Iterator[Figure]:
    """Real messages of the examples of all languages: the median message."""
    try:
        messages = list(_examples(subject))
    except FileNotFoundError as fault:
        missing = Path(fault.filename).relative_to(subject.root)
        yield Figure(row="free wording", value=None, note=f"there is no locales/{missing}")
        return
    median = statistics.median(_times(subject, messages))
    yield Figure(row="free wording", value=median, note=f"{len(messages)} messages")


def _examples(subject: Subject) -> Iterator[_Said]:
    for language in subject.languages:
        file = subject.root / language / "lexicon" / "examples.tsv"
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
        yield from ((row["text"], language) for row in rows[::_EVERY])


def hostile_text(subject: Subject) -> Iterator[Figure]:
    """Messages made to take long: the slowest of them."""
    named = hostile_messages(subject.lexicon)
    languages = subject.languages
    messages = [(text, languages[at % len(languages)]) for at, (_, text) in enumerate(named)]
    times = _times(subject, messages)
    slowest, kind = max(zip(times, (kind for kind, _ in named), strict=True))
    yield Figure(row="hostile text", value=slowest, note=f"slowest of {len(named)}: {kind}")


def start_up(subject: Subject) -> Iterator[Figure]:
    """What a new process needs to load all words: time and memory."""
    bare, loading = _processes("", subject), _processes(_LOAD, subject)
    took = statistics.median(time for time, _ in loading)
    yield Figure(row="start-up", value=took, note="imports, catalogue and words, a new process")
    least = statistics.median(peak for _, peak in bare)
    peak = statistics.median(peak for _, peak in loading)
    note = f"of that process; the ratio is to a bare one, {least / MB:.1f} MB"
    yield Figure(row="peak memory", value=peak, unit="bytes", floor=least, note=note)


def _processes(work: str, subject: Subject) -> list[tuple[int, int]]:
    """Return time and memory of new processes; one more before them compiles the modules."""
    with TemporaryDirectory() as folder:
        tries = [
            fresh_process(work, str(subject.root), bytecode=Path(folder))
            for _ in range(subject.repeats + 1)
        ]
    return tries[1:]


ROWS: tuple[Row, ...] = (keyword_message, free_wording, hostile_text, start_up)
