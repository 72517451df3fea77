"""Whether a text says how to refuse, in a way that works for its sender.

The words a text shows are read by whatever reads customers' messages: only what really ends the
advertising counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum

from sms.lint.advert import Advert, Place
from sms.lint.commands import Anchor, Command, Cue, anchors, sentence_end
from sms.lint.findings import Finding, error, note, warning
from sms.lint.language import name_of

#: How far a link or a number can stand from the word that says what it is for.
_AHEAD, _BEHIND = 70, 40
_SHORT = re.compile(r"[\s.:]*(?:[^\W\d_]+\s)?([0-9]{3,6})(?![0-9])")


class Effect(StrEnum):
    """What a message does when a customer sends it."""

    ENDS_ADS = "ends_ads"
    #: Only those to former customers, say.
    ENDS_SOME_ADS = "ends_some_ads"
    #: Every consent, not the advertising alone.
    ENDS_EVERYTHING = "ends_everything"
    #: A consent that advertising does not need.
    ENDS_OTHER = "ends_other"
    AGREES = "agrees"
    NOTHING = "nothing"


ENDS_ADS = frozenset({Effect.ENDS_ADS, Effect.ENDS_SOME_ADS, Effect.ENDS_EVERYTHING})
#: From a message and the customer's language to what it does.
Effects = Callable[[str, str | None], Effect]


def refusal(advert: Advert, shown: list[Command], effects: Effects) -> Iterator[Finding]:
    """Check that customers are told how to refuse, and that doing so works."""
    heard = [c for c in shown if c.refuses and (c.target or advert.draft.sender.hears)]
    effect = {c: effects(c.place.text, advert.language) for c in heard}
    working = [c for c in heard if effect[c] in ENDS_ADS]
    ways = list(other_ways(advert))
    if working:
        yield from _in_language(advert, working)
        yield from _reach(advert, working[0], effect[working[0]])
    elif heard:
        yield _not_understood(advert, heard[0], effect[heard[0]])
    elif ways:
        yield from _by_other_way(advert, [anchor for anchor, _ in ways])
    elif advert.draft.sender.hears or not any(c.refuses for c in shown):
        yield error("refusal_missing", f"The text does not say how to refuse. Add {_ask(advert)}")


def answers_to_a_name(advert: Advert, shown: list[Command]) -> Iterator[Finding]:
    """Refuse words to answer with where nobody can answer."""
    sender = advert.draft.sender
    lost = [c for c in shown if c.target is None]
    if sender.hears or not lost:
        return
    # The refusal weighs more than what else customers are asked to answer.
    command = min(lost, key=lambda c: not c.refuses)
    instead = f", like {_ask(advert)}" if command.refuses else " to go to."
    yield error(
        "reply_to_name",
        f"Nobody can answer “{sender.text}”: “{command.place.text}” goes nowhere. "
        f"Write a link or a number{instead}",
        command.place.start,
    )


def other_ways(advert: Advert) -> Iterator[tuple[Anchor, Place]]:
    """Yield links, addresses and numbers that are said to be for refusing."""
    places = [*advert.links, *advert.mails, *(p.place for p in advert.phones), *_short(advert)]
    for anchor in anchors(advert, Cue.REFUSAL):
        end = sentence_end(advert, anchor.end, _AHEAD)
        after = [p for p in places if anchor.end <= p.start < end]
        before = [p for p in places if anchor.start - _BEHIND <= p.end <= anchor.start]
        near = [p for p in before if sentence_end(advert, p.end, _BEHIND) >= anchor.start]
        if after or near:
            yield anchor, min(after, key=_start) if after else max(near, key=_start)


def _start(place: Place) -> int:
    return place.start


def _short(advert: Advert) -> Iterator[Place]:
    """Yield short numbers that are to be called."""
    for words in advert.words.values():
        for found in words.call.finditer(advert.folded):
            number = _SHORT.match(advert.text, found.end())
            if number is not None:
                yield Place(number.start(1), number.end(1), number[1])


def _ask(advert: Advert) -> str:
    words, phone = advert.own_words, advert.draft.brand.controller.phone
    by_phone = words.example_by_phone.format(phone=phone)
    return f"“{words.example if advert.draft.sender.hears else by_phone}”."


def _in_language(advert: Advert, working: list[Command]) -> Iterator[Finding]:
    """Check that the refusal is explained, and in words the reader of the text knows."""
    place = working[0].place
    explained = {a.language for c in working for a in c.anchors if a.cue is Cue.REFUSAL}
    if not explained:
        yield warning(
            "refusal_unexplained",
            f"“{place.text}” alone does not say what it is for. Write {_ask(advert)}",
            place.start,
        )
    letters = {x for x, w in advert.words.items() if w.letters & set(place.text.lower())}
    found = [
        *_same_language(advert, explained, place.start),
        *_same_language(advert, letters, place.start),
    ]
    yield from found[:1]
    unread = [x for x in advert.spoken.beside(advert.language) if x not in explained]
    if explained and unread and not found:
        yield warning(
            "refusal_untranslated",
            f"The {' and '.join(map(name_of, unread))} part does not say how to refuse. "
            f"Write “{advert.words[unread[0]].example}” there.",
            place.start,
        )


def _same_language(advert: Advert, spoken: set[str], offset: int) -> Iterator[Finding]:
    if advert.language and spoken and advert.language not in spoken:
        yield error(
            "refusal_language",
            f"The text is {name_of(advert.language)}, its refusal is "
            f"{' and '.join(map(name_of, sorted(spoken)))}. Write {_ask(advert)}",
            offset,
        )


def _reach(advert: Advert, command: Command, effect: Effect) -> Iterator[Finding]:
    """Say what else the shown word ends than the advertising."""
    text, start = command.place.text, command.place.start
    if effect is Effect.ENDS_EVERYTHING:
        yield note("refusal_ends_all", f"“{text}” ends every consent, not only offers.", start)
    if effect is Effect.ENDS_SOME_ADS:
        yield warning(
            "refusal_ends_some",
            f"“{text}” ends a part of the advertising only. Unless this text is of that part, "
            f"write {_ask(advert)}",
            start,
        )
    if advert.draft.sender.filtered and text.upper() == "STOP":
        yield warning(
            "stop_blocks_all",
            "On a bare “STOP” the provider blocks all texts from this number, service messages "
            f"too, and answers in English. Write {_ask(advert)}",
            start,
        )


def _not_understood(advert: Advert, command: Command, effect: Effect) -> Finding:
    text, start = command.place.text, command.place.start
    if effect is Effect.ENDS_OTHER:
        return error(
            "refusal_of_another",
            f"“{text}” ends another consent, and the advertising goes on. Write {_ask(advert)}",
            start,
        )
    return error(
        "refusal_not_understood",
        f"Who sends “{text}” is not understood to refuse. Write {_ask(advert)}",
        start,
    )


def _by_other_way(advert: Advert, pointing: list[Anchor]) -> Iterator[Finding]:
    yield from _same_language(advert, {a.language for a in pointing}, pointing[0].start)
    if advert.draft.sender.hears:
        yield warning(
            "refusal_without_stop",
            "Customers can answer this sender, and answering is the easiest way to refuse. "
            f"Add {_ask(advert)}",
            pointing[0].start,
        )
