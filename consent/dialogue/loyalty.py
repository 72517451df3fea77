"""Loyalty as it was before the service ended: asked for, or under way once it restarted (6.1)."""

from __future__ import annotations

from dataclasses import replace

from consent.cases import CaseKind
from consent.decisions import NO
from consent.dialogue.requests import told
from consent.dialogue.scene import Turn
from consent.replies import Option
from consent.terms import kept_loyalty, resumed_at


def ask_back(turn: Turn) -> None:
    """Open a case to restore the loyalty, if a consent under which it is kept stands."""
    scene = turn.scene
    kept = kept_loyalty(scene.standing, scene.lens, scene.now)
    if not kept:
        loyal = [p.id for p in scene.catalogue.purposes if p.years_after_service is not None]
        turn.say("loyalty.not_kept", purposes=loyal)
        turn.offer(*(Option(name="explain", purpose=p) for p in loyal), Option(name="human"))
        return
    waiting = (c for c in turn.waiting_cases if c.kind == CaseKind.LOYALTY.value)
    case = next(waiting, None) or turn.open_case(CaseKind.LOYALTY, kept[0].id)
    turn.confirm("human.loyalty", **told(turn, case))


def say_under_way(turn: Turn) -> None:
    """Say once, after the service restarted, that the loyalty is being restored."""
    scene = turn.scene
    if not scene.linked or scene.muted or scene.late:
        return
    if any(decision.action in NO for decision in turn.decisions):
        # A no is confirmed and nothing else; this is said next time.
        return
    back = resumed_at(scene.standing, scene.lens)
    if back is None or turn.session.back_at == back:
        return
    turn.session = replace(turn.session, back_at=back)
    for case in turn.waiting_cases:
        if case.kind == CaseKind.LOYALTY.value and "human.loyalty" not in turn.reply().ids:
            turn.confirm("loyalty.under_way", **told(turn, case))
            return
