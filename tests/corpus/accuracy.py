"""How well messages are understood: `make accuracy`, `python -m tests.corpus.accuracy`.

Figures are kept apart, since errors cost unequally (language.md, section 1): withdrawals done
right, asked, missed, overdone; grants right and wrong; writes on messages that decide nothing.
Besides the open corpus there are natural messages of a later day, and near misses: messages built
to look like what they are not. `--show lv` prints what is read wrongly in the open files; sealed
files print figures alone.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consent.intents import Intent, IntentName, Wish
from consent.understanding import Lexicon, understand
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon

FOLDER = Path(__file__).parent
LANGUAGES = ("lv", "ru", "en")
#: Files that anybody may look at, and nothing is learnt from.
PARTS = ("open", "natural", "near")
_ENDING = frozenset({"withdraw", "withdraw_all"})


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled message."""

    text: str
    intent: str
    purposes: frozenset[str]
    channels: frozenset[str]
    topics: frozenset[str]
    scope: str
    pending: str = ""

    @property
    def about(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """What it is about; a channel or topic says by itself that offers are meant."""
        narrow = bool(self.channels or self.topics)
        return (frozenset() if narrow else self.purposes, self.channels, self.topics)


def lines(part: str, language: str, kind: str = "") -> Iterator[Line]:
    """Yield the messages of a file; none if it is not there."""
    file = FOLDER / part / f"{kind}{language}.tsv"
    if not file.exists():
        return
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Line(
                text=row["text"],
                intent=row["intent"],
                purposes=_set(row["purposes"]),
                channels=_set(row["channels"]),
                topics=_set(row["topics"]),
                scope=row["scope"] or "",
                pending=row.get("pending") or "",
            )


def _set(value: str | None) -> frozenset[str]:
    return frozenset(filter(None, (value or "").split(",")))


def judged(line: Line, found: Intent) -> str:
    """Return what became of a message: right, asked, missed, too much, wrong and so on."""
    name = found.name.value
    certain = found.certain
    if line.intent in _ENDING:
        return _ending(line, found, name, certain=certain)
    if name in _ENDING and certain:
        return "written" if line.intent == "unclear" else "withdrawn by mistake"
    if name == "grant" and line.intent != "grant":
        return "wrong grant"
    if not certain:
        return "asked needlessly"
    return "right" if name == line.intent else "other intent"


def _ending(line: Line, found: Intent, name: str, *, certain: bool) -> str:
    if name not in _ENDING:
        return "wrong grant" if name == "grant" else "missed"
    if not certain:
        return "asked"
    about = _about(found)
    scope = found.scope.value if found.scope else ""
    if name == line.intent and about == line.about and scope == line.scope:
        return "right"
    wider = name == "withdraw_all" and (line.intent == "withdraw" or line.scope == "marketing")
    if wider and not (line.intent == "withdraw_all" and scope == line.scope):
        return "too much"
    return "other scope"


def _about(found: Intent) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    narrow = bool(found.channels or found.topics)
    purposes = frozenset() if narrow else frozenset(found.purposes)
    return purposes, frozenset(found.channels), frozenset(found.topics)


def tally(
    lexicon: Lexicon, part: str, language: str, *, show: bool = False
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return outcomes by kind of message, and the confusion of intents."""
    outcomes: Counter[tuple[str, str]] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    for kind in ("", "pending."):
        for line in lines(part, language, kind):
            found = understand(line.text, lexicon, pending=line.pending or None, language=language)
            group = "ending" if line.intent in _ENDING else line.intent
            outcome = judged(line, found)
            outcomes[group, outcome] += 1
            confusion[line.intent, found.name.value] += 1
            if show and outcome != "right":
                print(_wrong(line, found, outcome))  # noqa: T201
    return outcomes, confusion


def _wrong(line: Line, found: Intent, outcome: str) -> str:
    wanted = " ".join((line.intent, *map(str, map(sorted, line.about)), line.scope))
    got = [found.name.value, *map(str, map(sorted, _about(found)))]
    doubt = "" if found.certain else "?"
    scope = found.scope.value if found.scope else ""
    read = f"{' '.join(got)} {scope}{doubt} {line.pending}"
    return f"{outcome:20} {line.text}\n{'':20}   want {wanted}\n{'':20}   got  {read}"


def report(part: str, language: str, outcomes: Counter[tuple[str, str]]) -> str:
    """Return the figures of one language: each kind of error apart from the others."""
    ending = {o: n for (g, o), n in outcomes.items() if g == "ending"}
    every = sum(ending.values()) or 1
    acted = sum(ending.get(o, 0) for o in ("right", "asked", "other scope", "too much"))
    grants = outcomes["grant", "right"]
    wrong = sum(n for (_, o), n in outcomes.items() if o == "wrong grant")
    written = sum(n for (_, o), n in outcomes.items() if o in {"written", "withdrawn by mistake"})
    needless = sum(n for (_, o), n in outcomes.items() if o == "asked needlessly")
    rows = (
        (
            "withdrawals",
            (
                f"{every}: right {ending.get('right', 0) / every:.1%}, act or ask "
                f"{acted / every:.1%}; asked {ending.get('asked', 0)}, "
                f"missed {ending.get('missed', 0)}, too much {ending.get('too much', 0)}, "
                f"other scope {ending.get('other scope', 0)}"
            ),
        ),
        ("grants", f"precision {grants / ((grants + wrong) or 1):.1%}, wrong {wrong}"),
        (
            "the rest",
            (
                f"written wrongly {written} ({outcomes['unclear', 'written']} on messages "
                f"that decide nothing), asked needlessly {needless}"
            ),
        ),
    )
    return "\n".join(f"{part:8}{language}  {name:12} {text}" for name, text in rows)


def several(lexicon: Lexicon, part: str, language: str, *, show: bool) -> str:
    """Return how many messages of several wishes were read in full, in part, or with a mistake.

    Nothing, if there are none.
    """
    found: Counter[str] = Counter()
    file = FOLDER / part / f"several.{language}.tsv"
    if not file.exists():
        return ""
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            wanted = {_action(a) for a in json.loads(row["actions"])}
            intent = understand(row["text"], lexicon, language=language)
            got = {_wish(w) for w in intent.wishes if w.certain}
            outcome = "right" if got == wanted else "in part" if got < wanted else "mistaken"
            found[outcome] += 1
            if show and outcome != "right":
                print(f"{outcome:9}{row['text']}\n{'':9}{sorted(wanted)}\n{'':9}{sorted(got)}")  # noqa: T201
    counts = ", ".join(f"{name} {found[name]}" for name in ("right", "in part", "mistaken"))
    return f"{part:8}{language}  {'several':12} {sum(found.values())}: {counts}"


_Action = tuple[str, tuple[str, ...], str]


def _action(action: dict[str, Any]) -> _Action:
    narrow = sorted((*action["channels"], *action["topics"]))
    about = narrow or sorted(action["purposes"])
    return action["intent"], tuple(about), action["scope"] or ""


def _wish(wish: Wish) -> _Action:
    about = sorted((*wish.channels, *wish.topics)) or sorted(wish.purposes)
    return wish.name.value, tuple(about), wish.scope.value if wish.scope else ""


def main() -> None:
    """Print the figures."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--show", help="print what is read wrongly in this language's open file")
    wanted.add_argument("--sealed", action="store_true", help="measure the sealed files too")
    asked = wanted.parse_args()
    lexicon = load_lexicon(ROOT, load_catalogue(ROOT))
    for part in (*PARTS, "sealed") if asked.sealed else PARTS:
        for language in (asked.show,) if asked.show else LANGUAGES:
            show = asked.show == language and part in PARTS
            outcomes, confusion = tally(lexicon, part, language, show=show)
            if outcomes:
                wishes = several(lexicon, part, language, show=show)
                figures = (report(part, language, outcomes), wishes, _matrix(confusion))
                print("\n".join(filter(None, figures)), "\n")  # noqa: T201


def _matrix(confusion: Counter[tuple[str, str]]) -> str:
    names = [n.value for n in IntentName]
    head = f"{'':14}" + "".join(f"{n[:8]:>9}" for n in names)
    rows = [
        f"{want:14}" + "".join(f"{confusion[want, got] or '·':>9}" for got in names)
        for want in names
        if any(confusion[want, got] for got in names)
    ]
    right = sum(n for (want, got), n in confusion.items() if want == got)
    total = sum(confusion.values()) or 1
    return "\n".join([f"intent right {right / total:.1%} of {total}", head, *rows])


if __name__ == "__main__":
    main()
