"""What a withdrawal in free wording ends: all advertising, everything, or certain things.

Certain of withdrawing but unsure of what, marketing stops now and the question comes after
(meaning.md). A channel named is that channel only; "all but X" is all the others.
"""

from __future__ import annotations

from collections.abc import Mapping

from consent.intents import Intent, IntentName, Scope, Wish
from consent.understanding.clauses import Reading
from consent.understanding.cues import Found
from consent.understanding.hearing import Weighed, mentioned
from consent.understanding.labels import ENDING, EVERYTHING, MARKETING
from consent.understanding.mentions import OFF, ON, named_in
from consent.understanding.ranges import filled, parted
from consent.understanding.weights import Learned

#: A withdrawal is carried out above this, else asked about.
SURE = 0.75
_STATE = 0.5
#: Above the first, the message as a whole says which one thing ends; above the second, if what is
#: said of each thing would end everything; unless that thing is wanted on.
_ONE, _RATHER_ONE, _KEPT = 0.5, 0.3, 0.4
#: Above this it ends, if nothing else does, whatever is said of it.
_ALONE = 0.9
#: With nothing likelier, what is meant is the thing above this.
_HINT = 0.2
_CLEAR, _WEAK, _SOME = 0.8, 0.6, 0.25
#: So many consents without a name mean "all but those that are named".
_MANY = 3
_States = Mapping[str, Mapping[str, float]]


def refused(weighed: Weighed, learned: Learned) -> Intent:
    """Return what a message ends, and what it wants on instead."""
    share = sum(weighed.shares[label] for label in ENDING)
    states = mentioned(weighed.hearing, learned)
    off, passed = _off(weighed, states, learned), _passed(weighed)
    if passed.issuperset(off) if isinstance(off, list) else weighed.shares["withdraw"] > share / 2:
        off = [purpose for found in weighed.told if found.listed for purpose in found.told] or off
    parts = _outside(weighed, states)
    if parts and off is not Scope.MARKETING:
        off = parts
    certain = share >= SURE and not (off is Scope.ALL and _names_part(weighed, learned))
    if isinstance(off, Scope):
        ends = [Wish(name=IntentName.WITHDRAW_ALL, scope=off, certain=certain)]
        if off is Scope.MARKETING:
            also = filled(parts or _beside(states, learned), weighed.told, learned.things)
            ends += wishes_of(IntentName.WITHDRAW, also, learned, certain=certain)
        on = [thing for thing, found in states.items() if found[ON] > _CLEAR]
    else:
        stay = weighed.left.union(*(found.kept for found in weighed.told))
        off = filled(off, weighed.told, learned.things)
        off = [thing for thing in off if thing not in passed.union(weighed.left)] or off
        ends = wishes_of(IntentName.WITHDRAW, off, learned, certain=certain)
        on = [thing for thing in things(states, ON) if thing not in stay.union(off)]
    return intent_of([*ends, *wishes_of(IntentName.GRANT, on, learned, certain=certain)], share)


def _outside(weighed: Weighed, states: _States) -> list[str]:
    """Return what ends of ranges of which something is to stay, and what is named beside them."""
    parts = (parted(found) for found in weighed.told if found.kept)
    ends = {t for part in parts if not _comes(part, states) for t in part}
    if not ends:
        return []
    named = _named_apart(weighed.hearing.reading).difference(ends, *(r.kept for r in weighed.told))
    return [*ends, *(t for t in things(states, OFF) if t in named)]


def _comes(part: tuple[str, ...], states: _States) -> bool:
    """Say whether all of a range is wanted on."""
    return all(t in states and states[t][ON] > states[t][OFF] for t in part)


def _named_apart(reading: Reading) -> set[str]:
    """Return what is named by more than numbers side by side, which are ranges or lists."""
    found = (f for clause in reading.clauses for f in clause.found)
    named = named_in(reading)
    return {
        f.cue.value
        for f in found
        if f.cue.value in named and not (f.end > f.start + 1 and _is_digits(reading, f))
    }


def _passed(weighed: Weighed) -> set[str]:
    """Return what only lies between numbers side by side: "3, 5, 7" is no range from 5 to 7."""
    if not weighed.told:
        return set()
    reading = weighed.hearing.reading
    told = {purpose for found in weighed.told for purpose in found.purposes}
    return named_in(reading) - _named_apart(reading) - told


def _is_digits(reading: Reading, found: Found) -> bool:
    return all(map(str.isdigit, reading.words[found.start : found.end]))


def _names_part(weighed: Weighed, learned: Learned) -> bool:
    """Say whether "all" may be all of a range: "from 2 to 5, all of them off"; not "1 to 8"."""
    every = sum(kind == "P" for kind in learned.things.values())
    return any(1 < len(found.purposes) < every for found in weighed.told)


def _beside(states: _States, learned: Learned) -> list[str]:
    """Return the consents that clearly end beside all advertising, and are no part of it."""
    purposes = (t for t, kind in learned.things.items() if kind == "P" and t in states)
    return [t for t in purposes if states[t][OFF] > _CLEAR and t not in learned.contacting]


def _off(weighed: Weighed, states: _States, learned: Learned) -> list[str] | Scope:
    shares = weighed.shares
    broad = Scope.ALL if shares[EVERYTHING] > shares[MARKETING] else Scope.MARKETING
    if shares[MARKETING] + shares[EVERYTHING] >= shares["withdraw"]:
        return broad
    off = _mentioned(weighed, states, learned, broad)
    targets = weighed.hearing.targets
    one = max(targets, key=targets.__getitem__)
    is_all = isinstance(off, Scope)
    alone = is_all and targets[one] > _ALONE
    is_kept = one in states and states[one][ON] > _KEPT and not alone
    enough = _RATHER_ONE if is_all else _ONE
    return [one] if targets[one] > enough and not is_kept else off


def _mentioned(
    weighed: Weighed, states: _States, learned: Learned, broad: Scope
) -> list[str] | Scope:
    """Return what ends by what is said of each thing; all of it if that leaves nothing."""
    shares, named = weighed.shares, named_in(weighed.hearing.reading)
    off = _without_kept(things(states, OFF), weighed)
    off = _without_guesses(off, states, named, learned)
    unnamed = [t for t in off if learned.things[t] == "P" and t not in named]
    if len(unnamed) >= _MANY:
        usual = sum(states[thing][OFF] for thing in unnamed) / len(unnamed)
        kept = {t for t in named & states.keys() if states[t][OFF] < usual}
        return _others(kept, learned) if kept else Scope.ALL
    off = off or _likeliest(states)
    doubtful = len(off) == 1 and states[off[0]][OFF] < _WEAK and off[0] not in named
    channels = {thing for thing, kind in learned.things.items() if kind == "C"}
    if not off or channels == set(off) or (doubtful and shares[MARKETING] >= _SOME):
        return broad
    return off


def _without_kept(off: list[str], weighed: Weighed) -> list[str]:
    """Drop what stands right behind an "only", if something else is refused."""
    found = [f for c in weighed.hearing.reading.clauses for f in c.found]
    only = {f.end for f in found if f.cue.name == "only"}
    kept = {f.cue.value for f in found if f.start in only or f.start - 1 in only}
    return [thing for thing in off if thing not in kept] or off


def _others(kept: set[str], learned: Learned) -> list[str]:
    return [t for t, kind in learned.things.items() if kind == "P" and t not in kept]


def _without_guesses(
    off: list[str], states: _States, named: set[str], learned: Learned
) -> list[str]:
    """Drop one or two consents that nothing names beside one that is named and refused."""
    consents = {t for t in off if learned.things[t] == "P"}
    clear = {t for t in consents & named if states[t][OFF] > _WEAK}
    guesses = consents - named
    return [t for t in off if t not in guesses] if clear and len(guesses) < _MANY else off


def things(states: _States, state: str) -> list[str]:
    """Return what is probably in this state."""
    return [thing for thing, found in states.items() if found[state] > _STATE]


def _likeliest(states: _States) -> list[str]:
    """Return the one thing most probably wanted off, if it is likely at all."""
    ranked = sorted(states, key=lambda thing: -states[thing][OFF])
    return [thing for thing in ranked[:1] if states[thing][OFF] > _HINT]


def wishes_of(
    name: IntentName, wanted: list[str], learned: Learned, *, certain: bool = True
) -> list[Wish]:
    """Return a wish for each kind of thing; a channel says by itself that offers are meant."""
    kinds: dict[str, tuple[str, ...]] = {}
    for thing in wanted:
        kind = learned.things[thing]
        kinds[kind] = (*kinds.get(kind, ()), thing)
    if len(kinds) > 1 and kinds.get("P") == (learned.opening,):
        del kinds["P"]
    return [
        Wish(
            name=name,
            purposes=found if kind == "P" else (),
            channels=found if kind == "C" else (),
            topics=found if kind == "T" else (),
            certain=certain,
        )
        for kind, found in sorted(kinds.items(), key=lambda item: "PCT".index(item[0]))
    ]


def intent_of(wishes: list[Wish], share: float) -> Intent:
    """Return an intent of these wishes, the first of them in front."""
    first = wishes[0]
    return Intent(
        name=first.name,
        purposes=first.purposes,
        channels=first.channels,
        topics=first.topics,
        scope=first.scope,
        certain=first.certain,
        actions=tuple(wishes) if len(wishes) > 1 else (),
        confidence=round(share, 2),
    )
