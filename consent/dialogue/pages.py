"""What can be read: the menu, a consent's page, the status, rights, help and a person."""

from __future__ import annotations

from consent.chain import stamp
from consent.decisions import Kind, Subject
from consent.dialogue.channels import offer_switches
from consent.dialogue.grants import show_notice
from consent.dialogue.scene import Awaiting, Turn
from consent.intents import Intent
from consent.notices import Form
from consent.replies import Option
from consent.standing import Mark
from consent.states import Reading, State, Switch

#: More explanations than this would cost the customer a handful of messages.
_MOST_BY_SMS = 2
#: Questions that a yes or a no answers.
_YES_OR_NO = frozenset({Awaiting.GRANT, Awaiting.SCOPE, Awaiting.WITHDRAW})


def menu(turn: Turn) -> None:
    """Show all consents at a glance and what can be typed; the first time, say who we are."""
    first = not turn.session.greeted
    turn.remember(greeted=True)
    turn.say("welcome" if first else "help")
    _list_purposes(turn)
    if first:
        turn.offer(*(Option(name="language", language=x) for x in turn.scene.catalogue.languages))


def _list_purposes(turn: Turn) -> None:
    if turn.scene.form is Form.CHAT:
        turn.say("menu", overview=_states(turn))
    _offer_purposes(turn)


def _offer_purposes(turn: Turn) -> None:
    turn.offer(*(Option(name="explain", purpose=p.id) for p in turn.scene.catalogue.purposes))


def _states(turn: Turn) -> list[dict[str, str | int | None]]:
    """Return one line a purpose; before the number is known, without its state."""
    lines: list[dict[str, str | int | None]] = []
    for purpose in turn.scene.catalogue.purposes:
        line: dict[str, str | int | None] = {"purpose": purpose.id, "state": None}
        if turn.scene.linked:
            reading = turn.scene.read(purpose)
            line["state"] = reading.state.value
            line["since"] = _since(reading)
            line["until"] = stamp(reading.until) if reading.until else None
            expired = reading.state is State.EXPIRED
            line["source"] = "system" if expired else _source(reading.mark)
        lines.append(line)
    return lines


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
    """Return through whom a change came: the customer's door, or somebody else."""
    if mark is None:
        return None
    return mark.door if mark.actor == "customer" else mark.actor


def status(turn: Turn) -> None:
    """Say which consents stand, since when and from where, and which channels are on."""
    states = _states(turn)
    given = sum(1 for line in states if line["state"] == State.GIVEN.value)
    turn.say("status", states=states, given=given)
    switches = _switches(turn)
    if turn.scene.lens.contacts(turn.scene.standing) or switches:
        on = [s["id"] for s in switches if s["state"] == Switch.ON.value]
        turn.say("status.channels" if on else "status.no_channels", switches=switches)
        offer_switches(turn)
    turn.offer(Option(name="menu"))


def _switches(turn: Turn) -> list[dict[str, str | int | None]]:
    """Return one line a channel that is on or off, and one a topic that is off."""
    catalogue = turn.scene.catalogue
    channels = [Subject.channel(c.id) for c in catalogue.channels]
    topics = [Subject.topic(t.id) for t in catalogue.topics]
    lines: list[dict[str, str | int | None]] = []
    for subject in (*channels, *topics):
        state, mark = turn.scene.lens.switch(turn.scene.standing, subject)
        tacit = subject.kind is Kind.TOPIC and state is Switch.ON
        if mark and state is not Switch.UNSET and not tacit:
            lines.append(
                {
                    "kind": subject.kind.value,
                    "id": subject.id,
                    "state": state.value,
                    "since": stamp(mark.at),
                    "source": _source(mark),
                }
            )
    return lines


def explain(turn: Turn, intent: Intent) -> None:
    """Explain one consent in full, several in short, or the customer's rights."""
    catalogue = turn.scene.catalogue
    if intent.unknown_number is not None:
        unknown_number(turn, intent.unknown_number)
    elif not intent.purposes:
        turn.say("privacy")
        turn.offer(Option(name="human"), Option(name="menu"))
    elif len(intent.purposes) == 1 and turn.scene.form is Form.CHAT:
        purpose = catalogue.purpose(intent.purposes[0])
        show_notice(turn, purpose)
        if purpose.beside:
            turn.say("explain.beside", purpose=purpose.id, other=purpose.beside)
    elif len(intent.purposes) > _MOST_BY_SMS and turn.scene.form is not Form.CHAT:
        turn.say("explain.many", purposes=list(intent.purposes))
    else:
        for purpose_id in intent.purposes:
            _explain_short(turn, purpose_id)
        turn.offer(Option(name="menu"))


def _explain_short(turn: Turn, purpose_id: str) -> None:
    full = turn.scene.full_notice(purpose_id, turn.language)
    turn.say("explain", purpose=purpose_id, link=full.code)
    turn.offer(Option(name="explain", purpose=purpose_id))


def unknown_number(turn: Turn, number: int) -> None:
    """A number that no consent has: list those there are; change nothing."""
    turn.say("unknown.number", given_number=number)
    _offer_purposes(turn)


def human(turn: Turn, intent: Intent) -> None:
    """Open a case for a person at the operator; always offer the review (seeds 3.2)."""
    purpose = next((p for p in turn.scene.catalogue.purposes if p.automated_decisions), None)
    if intent.review and purpose:
        case = turn.open_case("review", purpose.id)
        turn.say("human.review", case=case.id)
        turn.offer(Option(name="menu"))
        return
    case = turn.open_case("contact", intent.purposes[0] if intent.purposes else None)
    turn.say("human", case=case.id)
    turn.offer(Option(name="review"), Option(name="menu"))


def language(turn: Turn, intent: Intent) -> None:
    """Change the language, or offer those there are."""
    wanted = intent.wanted_language
    if wanted not in turn.scene.catalogue.languages:
        turn.say("language.choose")
        turn.offer(*(Option(name="language", language=x) for x in turn.scene.catalogue.languages))
        return
    turn.language = wanted
    turn.remember(language=wanted, chosen=True)
    turn.say("language.set")
    menu(turn)


def unclear(turn: Turn) -> None:
    """Change nothing; ask one short question, or say who we are to a newcomer."""
    pending = turn.session.pending
    if not turn.session.greeted and pending is None:
        menu(turn)
        return
    waits = pending is not None and pending.awaiting in _YES_OR_NO
    turn.say("unclear.pending" if waits else "unclear")
    turn.offer(Option(name="menu"), Option(name="human"))
