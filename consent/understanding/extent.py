"""How much is meant where nothing, or everything, is named: "all", "all 8", "all except 6"."""

from __future__ import annotations

from consent.intents import Scope
from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part
from consent.understanding.targets import Targets


def scope_of(targets: Targets, lexicon: Lexicon) -> Scope | None:
    """Return how much is meant where nothing is named; unsure of it, marketing (meaning.md)."""
    if _counts_all(targets, lexicon) or targets.flag is Part.ALL:
        return Scope.ALL
    return Scope.MARKETING if targets.flag in {Part.ADVERTISING, Part.CONSENT} else None


def names_some(targets: Targets) -> bool:
    """Say whether something is named, and not "all 3", which could be anything."""
    vague = targets.flags & {Part.ALL, Part.REST, Part.NONE} if targets.numbered else set()
    return not (targets.flag or targets.empty or vague)


def _counts_all(targets: Targets, lexicon: Lexicon) -> bool:
    """Say whether "all" is counted up: "all 8"."""
    return Part.ALL in targets.flags and targets.counted == len(lexicon.purposes)


def others(
    targets: Targets, kept: Targets, lexicon: Lexicon
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the channels or the purposes that "all except" leaves; neither if unclear.

    "2-5, except 3" leaves the others of those numbers.
    """
    mixed = bool(kept.purposes) + bool(kept.channels) + bool(kept.topics) != 1
    if _is_part(kept, targets):
        return (), tuple(p for p in targets.numbered if p not in kept.purposes)
    if targets.flag not in {Part.ALL, Part.REST, Part.ADVERTISING} or mixed or kept.signs:
        return (), ()
    if kept.channels:
        return tuple(c for c in lexicon.channels if c not in kept.channels), ()
    if kept.topics or targets.flag is Part.ADVERTISING or kept.unsure:
        return (), ()
    return (), tuple(p for p in lexicon.purposes.values() if p not in kept.purposes)


def _is_part(kept: Targets, targets: Targets) -> bool:
    """Say whether what is kept is some of the numbers named, and nothing else is named."""
    vague = targets.named or targets.narrow or targets.flags - {Part.CONSENT}
    clear = not (vague or kept.narrow or kept.signs or kept.unsure)
    return clear and bool(kept.purposes) and set(kept.purposes) < set(targets.numbered)
