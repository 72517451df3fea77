"""What a person at the operator is asked to do: noted at once, with a name and a day."""

from __future__ import annotations

from datetime import timedelta

from consent.cases import Case, CaseKind, due_of
from consent.chain import stamp
from consent.dialogue.scene import Turn
from consent.dialogue.session import Awaiting, Pending
from consent.intents import Intent, Page
from consent.replies import Option, Param, Row

#: How long what we do not understand is taken as more words for a case just opened.
_LISTENS = timedelta(hours=1)


def open_(turn: Turn, intent: Intent) -> None:
    """Open the case that is asked for; with a person alone, offer the rest (seeds 3.2, 4.5)."""
    purposes = turn.scene.catalogue.purposes
    automated = next((p for p in purposes if p.automated_decisions), None)
    replaceable = next((p for p in purposes if p.alternatives), None)
    if intent.page is Page.REVIEW and automated:
        case = turn.open_case(CaseKind.REVIEW, automated.id)
        turn.confirm("human.review", **told(turn, case))
    elif intent.page is Page.CORRECTION:
        case = turn.open_case(CaseKind.CORRECTION)
        turn.confirm("human.correction", **told(turn, case))
        _listen(turn, case)
    elif intent.page is Page.OTHER_PROOF and replaceable:
        case = turn.open_case(CaseKind.OTHER_PROOF, replaceable.id)
        turn.confirm("human.other_proof", **told(turn, case))
        _listen(turn, case)
    else:
        about = intent.purposes[0] if intent.purposes else None
        turn.confirm("human", **told(turn, turn.open_case(CaseKind.CONTACT, about)))
        turn.offer(Option(name="review"), Option(name="correction"))


def told(turn: Turn, case: Case) -> dict[str, Param]:
    """Return what a customer is told of a case: its name, and by when it is answered."""
    scene = turn.scene
    due = case.due_at or due_of(case.kind, case.opened_at, scene.brand, scene.catalogue.timezone)
    return {"case": case.id, "due": stamp(due)}


def add(turn: Turn) -> bool:
    """Take words we do not understand as more about a case, if we have just asked for them."""
    pending, scene = turn.session.pending, turn.scene
    if pending is None or pending.awaiting is not Awaiting.CASE:
        return False
    # In brackets stands what a button said (`consent.recording.words_of`).
    if not scene.words.strip() or scene.words.startswith("["):
        return False
    case = next((c for c in turn.waiting_cases if c.id == pending.words), None)
    if case is None or scene.now - pending.asked_at > _LISTENS:
        return False
    turn.notes[case.id] = scene.words
    turn.confirm("case.noted", **told(turn, case))
    turn.offer(Option(name="menu"))
    return True


def say_waiting(turn: Turn) -> None:
    """Say which cases wait for an answer, and until when; nothing if none does."""
    rows: list[Row] = [
        {"kind": case.kind, **{k: str(v) for k, v in told(turn, case).items()}}
        for case in turn.waiting_cases
    ]
    if rows:
        turn.say("cases.open", cases=rows)


def _listen(turn: Turn, case: Case) -> None:
    waits = Pending(awaiting=Awaiting.CASE, asked_at=turn.scene.now, words=case.id)
    turn.wait_for(waits)
