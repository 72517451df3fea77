"""Situations in the life of a customer: new texts, and loyalty after coming back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from consent.cases import Case
from consent.decisions import SERVICE, Action
from consent.dialogue.scene import Turn
from consent.dialogue.session import Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page
from consent.notices import NoticeShelf, fingerprint
from tests.locales.situations import BEFORE, CASE, GRANT, NOW, Said, Stage, wish
from tests.locales.voices import PURPOSES

_STATUS, _MENU = Intent(name=IntentName.STATUS), Intent(name=IntentName.HELP)
_RESTORE = Intent(name=IntentName.HUMAN, page=Page.RESTORE)


def life(stage: Stage) -> Iterator[tuple[str, Turn]]:
    """Play what is told of new texts, and what becomes of loyalty."""
    minor, major = _renewed(stage, major=False), _renewed(stage, major=True)
    for p in PURPOSES:
        yield f"status, new minor text of {p}", minor.turn(_STATUS, *_old(stage, p))
        yield f"status, new major text of {p}", major.turn(_STATUS, *_old(stage, p))
        yield f"AGREE {p}, new major text", major.turn(wish(GRANT, p), *_old(stage, p))
        opened = wish(IntentName.EXPLAIN, p)
        yield f"INFO {p}, new minor text", minor.turn(opened, *_old(stage, p))
    yield "the list, new major text", major.turn(_MENU, *_old(stage, "loyalty_offers"))
    yield from _loyalty(stage)


def _loyalty(stage: Stage) -> Iterator[tuple[str, Turn]]:
    yield "loyalty, kept", stage.turn(_RESTORE, *stage.given("loyalty"))
    yield "loyalty, not kept", stage.turn(_RESTORE)
    left, back = (
        Said(SERVICE, action, at=BEFORE + timedelta(hours=n))
        for n, action in ((1, Action.ENDED), (2, Action.RESTARTED))
    )
    case = Case(id=CASE, kind="loyalty", opened_at=NOW, due_at=NOW + timedelta(days=30))
    past = (*stage.given("loyalty"), left, back)
    session = Session(language=stage.language, chosen=True, greeted=True, cases=(case,))
    scene = stage.scene(past, proof=1, linked=True)
    yield "came back", step(scene, session, wish(IntentName.EXPLAIN, "loyalty"))


def _renewed(stage: Stage, *, major: bool) -> Stage:
    """Return the same stage after every text had a version before the one shown now."""
    number = (2, 0) if major else (1, 1)
    now = [replace(n, major=number[0], minor=number[1]) for n in stage.texts.notices]
    before = [replace(n, fingerprint=_of_before(n.fingerprint)) for n in stage.texts.notices]
    return replace(stage, texts=replace(stage.texts, notices=NoticeShelf((*before, *now))))


def _of_before(digest: str) -> str:
    return fingerprint(f"before {digest}")


def _old(stage: Stage, purpose: str) -> tuple[Said, ...]:
    """Return a yes to the version before."""
    (yes,) = stage.given(purpose)
    return (replace(yes, notice=_of_before(yes.notice or "")),)
