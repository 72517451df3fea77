"""How a customer's consents, channels and topics stand, as rows that a locale turns into lines."""

from __future__ import annotations

from consent.batches import ELSEWHERE
from consent.catalogue import Purpose
from consent.chain import stamp
from consent.decisions import Kind, Subject
from consent.dialogue.scene import Scene
from consent.replies import Row
from consent.standing import Mark
from consent.states import Reading, State, Switch


def states_of(scene: Scene) -> list[Row]:
    """Return one row a purpose; before the number is known, without its state."""
    return [state_of(scene, purpose) for purpose in scene.catalogue.purposes]


def state_of(scene: Scene, purpose: Purpose) -> Row:
    """Return a purpose with its state, since when, until when and through whom."""
    if not scene.linked:
        return {"purpose": purpose.id, "state": None}
    reading = scene.read(purpose)
    expired = reading.state is State.EXPIRED
    return {
        "purpose": purpose.id,
        "state": reading.state.value,
        "since": _since(reading),
        "until": stamp(reading.until) if reading.until else None,
        "source": "system" if expired else _source(reading.mark),
    }


def _since(reading: Reading) -> str | None:
    """Return when the state began: of a consent that ran out its end, not its yes.

    When a newer text outdated it, the ledger does not know; then nothing is said.
    """
    if reading.state is State.EXPIRED and reading.until:
        return stamp(reading.until)
    if reading.state is State.OUTDATED or reading.mark is None:
        return None
    return stamp(reading.mark.at)


def _source(mark: Mark | None) -> str | None:
    """Return through whom a change came: the customer's door, our staff, or another system."""
    if mark is None:
        return None
    if mark.actor.startswith("staff"):
        return "staff"
    # Of what other systems tell, the actor is a shop or a system that customers do not know.
    by_door = mark.actor == "customer" or mark.door in ELSEWHERE
    return mark.door if by_door else mark.actor


def changed_switches(scene: Scene) -> list[Row]:
    """Return one row a channel that is on or off, and one a topic that is off."""
    return [row for subject in _subjects(scene) if (row := _changed(scene, subject))]


def _changed(scene: Scene, subject: Subject) -> Row | None:
    state, mark = scene.lens.switch(scene.standing, subject)
    tacit = subject.kind is Kind.TOPIC and state is Switch.ON
    if mark is None or state is Switch.UNSET or tacit:
        return None
    since = {"since": stamp(mark.at), "source": _source(mark)}
    return {"kind": subject.kind.value, "id": subject.id, "state": state.value} | since


def all_switches(scene: Scene, kind: Kind) -> list[Row]:
    """Return one row for every channel, or every topic."""
    rows: list[Row] = []
    for subject in _subjects(scene):
        if subject.kind is kind:
            state, _ = scene.lens.switch(scene.standing, subject)
            # A topic nobody has touched is on (meaning.md, "Channels and topics").
            tacit = kind is Kind.TOPIC and state is Switch.UNSET
            word = Switch.ON.value if tacit else state.value
            rows.append({"kind": kind.value, "id": subject.id, "state": word})
    return rows


def _subjects(scene: Scene) -> list[Subject]:
    channels = [Subject.channel(c.id) for c in scene.catalogue.channels]
    return channels + [Subject.topic(t.id) for t in scene.catalogue.topics]
