"""What one message sends on its way besides its answer."""

from __future__ import annotations

from datetime import timedelta

from consent.dialogue.scene import Turn
from consent.ports import Entropy, Inbound, Outgoing, Snapshot
from consent.replies import Message, Reply

_FAREWELL = timedelta(days=1)
#: Who asks for a code waits for it.
_CODE_LIVES = timedelta(minutes=5)


def farewells(
    inbound: Inbound, snapshot: Snapshot, turn: Turn, entropy: Entropy
) -> tuple[Outgoing, ...]:
    """Tell accounts that have lost the number to this one; a day later it is no news."""
    now = turn.scene.now
    return tuple(
        Outgoing(
            id=entropy.decision_id(now),
            brand=inbound.brand,
            kind=gone.address.kind.value,
            to=gone.address,
            reply=Reply(language=gone.language or "", messages=(Message("link.ended"),)),
            not_after=now + _FAREWELL,
        )
        for gone in snapshot.displaced
    )


def texts(
    inbound: Inbound, snapshot: Snapshot, turn: Turn, entropy: Entropy
) -> tuple[Outgoing, ...]:
    """Return the SMS that this message asks for, to the customer's own number."""
    number = snapshot.number() if turn.texts else None
    if number is None:
        return ()
    now = turn.scene.now
    return tuple(
        Outgoing(
            id=entropy.decision_id(now),
            brand=inbound.brand,
            kind="sms",
            to=number,
            reply=Reply(language=turn.language, messages=(text,)),
            not_after=now + _CODE_LIVES,
        )
        for text in turn.texts
    )


def deferred(inbound: Inbound, reply: Reply, turn: Turn, entropy: Entropy) -> tuple[Outgoing, ...]:
    """Return the answer that no request waits for, to leave by the outbox while it is news."""
    if inbound.deferred_until is None or not reply.messages:
        return ()
    return (
        Outgoing(
            id=entropy.decision_id(turn.scene.now),
            brand=inbound.brand,
            kind=inbound.door,
            to=inbound.address,
            reply=reply,
            not_after=inbound.deferred_until,
            answers=inbound.message_id,
        ),
    )
