"""Numbers told together in free wording: "no otrās līdz piektajai", "пункты 2-5, спасибо".

What is said of the ends of a range holds for what lies between them, unless it is to stay; but
beside a channel they may be hours, as one number may be behind "after". In a list, what is said of
any holds for all: "hey, 1, 4 and 7 off".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from consent.understanding.kept import APART, has_number, kept, numbered
from consent.understanding.lexicon import Lexicon
from consent.understanding.lists import lists
from consent.understanding.parts import Part

_CHANNELS = "channels"
#: "2-5", "2.-5."; no date, no hour.
_DASHED = re.compile(r"(?<![\d.:/-])(\d)\.? ?- ?(\d)(?![\d:/]|[.-]\d)")
_MARKS = ".,;:!?"

_TO, _AND = frozenset({Part.TO}), frozenset({Part.AND})
_OFF, _BEGINNING = frozenset({Part.WITHDRAW}), frozenset({Part.NO, Part.OF})
_EXCEPT = frozenset({Part.EXCEPT})
#: Beside a yes a range with an exception may mean anything; and if all is spoken of elsewhere.
_YES, _WIDER = frozenset({Part.YES}), frozenset({Part.ALL, Part.EVERYTHING})
#: So many words behind a range may say what of it stays; nobody means more ranges than these.
_WITHIN, _MOST = 20, 8
#: A list of so many numbers is no pair of wishes: "stop 1, 2 is fine".
_LONG = 3
#: An "except" may stand so many words before what it is about: "except for 2 and 3".
_NEAR = 2
#: So many words in front of a range, and behind it, may join it to others.
_IN_FRONT, _BEHIND = 4, 6
#: What does so in front of it: "the points".
_LISTING = frozenset({Part.NUMBER, Part.CONSENT})
#: What may stand between an "and" that does so and the range: "and switch off from". Not "and do
#: not write".
_CARRYING = frozenset({Part.WITHDRAW, Part.GRANT, Part.OF, Part.COURTESY})


class Range(NamedTuple):
    """Numbers from one to another, or a list of them; or one that may be an hour."""

    #: Its purposes, from one end to the other.
    purposes: tuple[str, ...]
    #: Those whose numbers were told: both ends, or the whole list.
    told: tuple[str, ...]
    #: What is to stay as it is, of them or beside them; not all of them.
    kept: frozenset[str]
    #: What stands beside it makes it consents, whatever else is wanted.
    listed: bool


Ranges = tuple[Range, ...]
#: The words before two ends, these, and the words behind them.
_Told = tuple[list[str], tuple[str, str], list[str]]


def ranges(folded: str, lexicon: Lexicon) -> Ranges:
    """Return the ranges and lists of a message, or the first of very many."""
    if not has_number(folded, lexicon):
        return ()
    told = chain(_ranges(folded, lexicon), _lists(folded, lexicon))
    return tuple(islice(told, _MOST))


def _ranges(folded: str, lexicon: Lexicon) -> Iterator[Range]:
    every = tuple(lexicon.purposes.values())
    for before, told, after in chain(_told(folded, lexicon), _hours(folded, lexicon)):
        low, high = (numbered(word.strip(_MARKS), lexicon) for word in told)
        if low and high:
            first, last = sorted((every.index(low), every.index(high)))
            purposes = every[first : last + 1]
            stay = _stay(before, after, purposes, lexicon)
            listed = bool(stay) or _is_listed(before, after, lexicon)
            yield Range(purposes, (low, high), stay, listed)


def _lists(folded: str, lexicon: Lexicon) -> Iterator[Range]:
    """Yield lists that are long, or of which something is to stay."""
    for before, purposes, after in islice(lists(folded, lexicon), _MOST):
        words = before.split()
        if any(_is(word, _EXCEPT, lexicon) for word in words[-_NEAR:]):
            continue
        behind = after.split()
        stay = _stay(words, behind, purposes, lexicon)
        is_long = len(purposes) >= _LONG and not _stays(words, behind, lexicon)
        if stay or is_long:
            yield Range(purposes, purposes, stay, listed=True)


def _stays(before: list[str], behind: list[str], lexicon: Lexicon) -> bool:
    """Say whether a list, or a part of it, may be kept: "stop 1, 2 and 3 I would like to keep"."""
    near = (*before[-_IN_FRONT:], *behind[: _first_pause(behind) + 1])
    return any(word.strip(_MARKS) in lexicon.keeping for word in near)


def _first_pause(words: list[str]) -> int:
    """Return which word a pause follows; the number of words if none does."""
    return next((at for at, word in enumerate(words) if word[-1] in _MARKS), len(words))


def _last_pause(words: list[str]) -> int:
    """Return which word the last pause follows; -1 if none does."""
    return max((at for at, word in enumerate(words) if word[-1] in _MARKS), default=-1)


def _told(folded: str, lexicon: Lexicon) -> Iterator[_Told]:
    """Yield the two ends of what may be a range, with the words before and behind it."""
    for found in _DASHED.finditer(folded):
        before, after = folded[: found.start()].split(), folded[found.end() :].split()
        yield before, (found[1], found[2]), after
    words = folded.split()
    for at, (low, to, high) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if _is(to, _TO, lexicon):
            yield words[:at], (low, high), words[at + 3 :]


def _hours(folded: str, lexicon: Lexicon) -> Iterator[_Told]:
    """Yield one number or two that are hours if the channel beside them ends.

    "No calls after 8", "don't call between 2 and 5"; not if a number is told elsewhere, too.
    """
    likely = tuple(islice(_timed(folded.split(), lexicon), _MOST))
    if likely:
        often = Counter(numbered(word, lexicon) for word in APART.split(folded))
        for before, told, after in likely:
            if all(often[numbered(word.strip(_MARKS), lexicon)] == 1 for word in told):
                yield before, told, after


def _timed(words: list[str], lexicon: Lexicon) -> Iterator[_Told]:
    """Yield what stands behind a word of time, with a channel near it."""
    for at, word in enumerate(words[:-1]):
        both = word in lexicon.between
        if not (both or word in lexicon.timing) or not _is_number(words[at + 1], lexicon):
            continue
        before = words[:at]
        if not both and before and _is_number(before[-1], lexicon):
            continue
        if both and not _is("".join(words[at + 2 : at + 3]), _AND, lexicon):
            continue
        end = at + (4 if both else 2)
        told, after = words[at + 1 : end : 2], words[end:]
        around = (*before[-_IN_FRONT:], *after[:_IN_FRONT])
        if any(_names_channel(word, lexicon) for word in around):
            yield before, (told[0], told[-1]), after


def _is_number(word: str, lexicon: Lexicon) -> bool:
    return bool(numbered(word.strip(_MARKS), lexicon))


def _stay(
    before: list[str], after: list[str], purposes: Sequence[str], lexicon: Lexicon
) -> frozenset[str]:
    """Return what is to stay; nothing where all of these are, or it is a yes, or about all.

    "2-5 all off" is about these, "2-5 off, everything off" is about all.
    """
    behind = after[:_WITHIN]
    near = before[_last_pause(before) + 1 :]
    if any(word.strip(_MARKS) in lexicon.keeping for word in (*near, *behind[:1])):
        return frozenset()
    is_given = any(_is(word, _YES, lexicon) for word in (*before, *behind))
    if is_given or _is_wider(before, behind, lexicon):
        return frozenset()
    stay = kept(" ".join(behind), lexicon)
    return frozenset() if stay.issuperset(purposes) else stay


def _is_wider(before: list[str], behind: list[str], lexicon: Lexicon) -> bool:
    """Say whether all is spoken of where a pause parts it from the range."""
    far = (*before[: _last_pause(before) + 1], *behind[_first_pause(behind) + 1 :])
    return any(_is(word, _WIDER, lexicon) for word in far)


def _is_listed(before: list[str], after: list[str], lexicon: Lexicon) -> bool:
    """Say whether a word beside a range makes it one of several things that are wanted."""
    near = before[-_IN_FRONT:]
    for at, word in reversed(list(enumerate(near))):
        if word.endswith(",") or _is(word, _LISTING, lexicon):
            return True
        if _names_channel(word, lexicon):
            return False
        if _is(word, _AND, lexicon) and _carries(near[at + 1 :], lexicon):
            return True
    behind = after[:_BEHIND]
    if behind and _ends(behind[0], lexicon):
        return True
    joints = (
        at for at, word in enumerate(behind) if word[-1] in _MARKS or _is(word, _AND, lexicon)
    )
    joint = next(joints, _BEHIND)
    return any(_names_channel(word, lexicon) for word in behind[joint + 1 :])


def _ends(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word behind a range ends it: "off"; not "no", which begins what follows."""
    return _is(word, _OFF, lexicon) and not _is(word, _BEGINNING, lexicon)


def _carries(words: list[str], lexicon: Lexicon) -> bool:
    """Say whether all words are such as stand between an "and" and a range."""
    at = 0
    while at < len(words):
        length, senses = lexicon.phrase_at(words, at)
        if _CARRYING.isdisjoint(senses):
            return False
        at += length
    return True


def _is(word: str, parts: frozenset[Part], lexicon: Lexicon) -> bool:
    return not parts.isdisjoint(lexicon.phrases.get(word.strip(_MARKS), {}))


def _names_channel(word: str, lexicon: Lexicon) -> bool:
    found = lexicon.cues.find((word.strip(_MARKS),))
    listed = _is(word, frozenset({Part.CHANNEL}), lexicon)
    return listed or any(cue.cue.name == _CHANNELS for cue in found)


def filled(things: list[str], told: Ranges, kinds: Mapping[str, str]) -> list[str]:
    """Return things with all of a range of which any that was told is among them, in its order.

    What of it is to stay is left out.
    Beside a channel both ends are no consents but hours, unless something joins the two: "don't
    call me from 2 to 5", "no calls, and 2 to 5 off". One end alone beside anything else is an
    hour, too. What lies between hours may be named elsewhere, so it stays.
    """
    for purposes, named, stay, listed in told:
        found = set(named).intersection(things)
        if not found:
            continue
        rest = [thing for thing in things if thing not in stay.union(purposes)]
        beside_channel = any(kinds[thing] == "C" for thing in rest)
        meant = listed or not (beside_channel if len(found) > 1 else rest)
        if meant:
            things = [*(purpose for purpose in purposes if purpose not in stay), *rest]
        else:
            things = [thing for thing in things if thing not in found]
    return things


def parted(found: Range) -> tuple[str, ...]:
    """Return what ends of a range of which something is to stay."""
    return tuple(purpose for purpose in found.purposes if purpose not in found.kept)
