"""By which ways, and about what, offers may come."""

from __future__ import annotations

from consent.chain import stamp
from consent.decisions import Action, Kind, Subject
from consent.dialogue.scene import Decide, Turn
from consent.dialogue.session import Awaiting, Pending
from consent.intents import Intent
from consent.notices import Form
from consent.replies import Option
from consent.states import State, Switch


def ask_channels(turn: Turn) -> None:
    """Ask which channels may be used; none is on until the customer says so."""
    turn.wait_for(Pending(awaiting=Awaiting.CHANNELS, asked_at=turn.scene.now))
    turn.say("ask.channels", channels=[c.id for c in turn.scene.catalogue.channels])
    offer_switches(turn)
    turn.offer(Option(name="menu"))


def offer_switches(turn: Turn, *, topics: bool = False) -> None:
    """Offer to switch each channel, and each topic if wanted, to what it is not."""
    for channel in turn.scene.catalogue.channels:
        on = turn.is_on(Subject.channel(channel.id))
        turn.offer(Option(name="channel_off" if on else "channel_on", channel=channel.id))
    for topic in turn.scene.catalogue.topics if topics else ():
        on = turn.is_on(Subject.topic(topic.id))
        turn.offer(Option(name="topic_off" if on else "topic_on", topic=topic.id))


def offer_pages(turn: Turn) -> None:
    """Offer the way back to all switches, and to the list."""
    if turn.scene.form is Form.CHAT:
        turn.offer(Option(name="switches"))
    turn.offer(Option(name="menu"))


def switch_on(turn: Turn, intent: Intent) -> None:
    """Switch channels or topics on: one explicit word each, once offers are given."""
    if not turn.contacts:
        if turn.scene.lens.contacts(turn.scene.standing) or turn.asks_for_a_yes:
            # The same message has just ended what the channel would serve, or asks already.
            return
        # Imported here: grants asks for channels, channels may first need a grant.
        from consent.dialogue.grants import show_notice  # noqa: PLC0415

        turn.say("channel.needs_consent")
        show_notice(turn, turn.scene.catalogue.opening)
        return
    _switch(turn, intent, Action.ON)
    say_blocked(turn, tuple(Subject.channel(channel) for channel in intent.channels))
    _keep_asking(turn)


def say_blocked(turn: Turn, channels: tuple[Subject, ...]) -> None:
    """Say of channels that are on how to end a provider's own block (meaning.md, START)."""
    if turn.scene.muted:
        # Said where it would not arrive.
        return
    for channel in channels:
        if channel.id in turn.scene.blocked:
            turn.say("channel.blocked", channel=channel.id)


def switch_off(turn: Turn, intent: Intent) -> None:
    """Switch channels or topics off at once; ask afterwards what the last one meant."""
    _switch(turn, intent, Action.OFF)
    if not intent.channels or not _was_last(turn):
        offer_pages(turn)
        return
    given = tuple(
        p.id
        for p in turn.scene.catalogue.contacting
        if turn.scene.read(p).state in {State.GIVEN, State.PAUSED}
    )
    turn.wait_for(Pending(awaiting=Awaiting.WITHDRAW, asked_at=turn.scene.now, purposes=given))
    turn.say("channel.last_off", purposes=list(given))
    turn.offer(*(Option(name="withdraw", purpose=p) for p in given), Option(name="menu"))


def _switch(turn: Turn, intent: Intent, action: Action) -> None:
    wanted = Switch.ON if action is Action.ON else Switch.OFF
    for kind, ids in (("channel", intent.channels), ("topic", intent.topics)):
        changed = [i for i in ids if _decide(turn, Subject(Kind(kind), i), action, wanted)]
        at = stamp(turn.scene.now)
        if len(changed) == 1:
            turn.confirm(f"{kind}.{wanted.value}", **{kind: changed[0]}, at=at)
        elif changed:
            turn.confirm(f"{kind}.{wanted.value}.several", **{f"{kind}s": changed}, at=at)


def _decide(turn: Turn, subject: Subject, action: Action, wanted: Switch) -> bool:
    """Record a switch unless it stands so already, which is said; say whether it was."""
    state, mark = turn.scene.lens.switch(turn.scene.standing, subject)
    if state is wanted and mark is not None and not turn.has_decided(subject):
        kind = subject.kind.value
        names = {kind: subject.id, "since": stamp(mark.at)}
        turn.say(f"already.{kind}.{wanted.value}", **names)
        return False
    turn.decide(Decide(subject=subject, action=action))
    return True


def _keep_asking(turn: Turn) -> None:
    pending = turn.session.pending
    if pending is None or pending.awaiting is not Awaiting.CHANNELS:
        offer_pages(turn)
        return
    for channel in turn.scene.catalogue.channels:
        if not turn.is_on(Subject.channel(channel.id)):
            turn.offer(Option(name="channel_on", channel=channel.id))
    turn.offer(Option(name="menu"))


def _was_last(turn: Turn) -> bool:
    """Say whether this message switched off the last channel of a customer with offers on."""
    scene = turn.scene
    was_on = any(
        scene.lens.switch(scene.standing, Subject.channel(c.id))[0] is Switch.ON
        for c in scene.catalogue.channels
    )
    ended = any(turn.has_decided(Subject.purpose(p.id)) for p in scene.catalogue.contacting)
    return was_on and not turn.channels_on and not ended and scene.lens.contacts(scene.standing)
