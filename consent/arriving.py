"""What a message meets when it arrives: the conversation as it then counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from consent.dialogue.scene import Scene
from consent.dialogue.session import Awaiting, Pending, Session
from consent.notices import Form
from consent.ports import Inbound, Proof, Snapshot

#: How long a provider keeps what it could not deliver (Telegram: 24 hours).
_PROVIDER_KEEPS = timedelta(days=1)


def form_of(shown: Form, session: Session) -> Form:
    """Return the form of the notices: with or without diacritics as the customer chose."""
    if shown is Form.CHAT or session.diacritics is None:
        return shown
    return Form.SMS if session.diacritics else Form.SMS_PLAIN


def is_muted(inbound: Inbound, snapshot: Snapshot) -> bool:
    """Say whether the provider lets nothing through that answers this message."""
    since = snapshot.blocked.get(inbound.channel or "")
    if since is None:
        return False
    # A start word from before the block does not end it.
    return not (inbound.reopened and inbound.received_at >= since)


def session_of(inbound: Inbound, snapshot: Snapshot) -> Session:
    """Return the conversation; where nothing arrives, nothing was asked (law 1)."""
    session = snapshot.session or Session()
    if is_muted(inbound, snapshot):
        return replace(session, pending=_waiting(session.pending))
    return session


def is_late(inbound: Inbound, session: Session) -> bool:
    """Say whether a later message was answered already.

    The provider keeps messages for a day and may then count from anywhere, so an older count
    says nothing.
    """
    if inbound.deferred_until is not None:
        return True
    if inbound.order is None or session.newest_at is None:
        return False
    counts = inbound.received_at - session.newest_at < _PROVIDER_KEEPS
    return counts and inbound.order < session.newest


def counted_in(inbound: Inbound, session: Session, *, late: bool) -> Session:
    """Note the message's number; to a late one no question is pending (law 6).

    One that waited for the store may still answer what had been asked before it was sent: a no
    counts, a yes gets the notice again (law 4).
    """
    asked = session.pending
    if inbound.deferred_until and asked and _first(asked) <= inbound.received_at:
        return replace(session, pending=replace(asked, lapsed=True))
    if late:
        return replace(session, pending=_waiting(asked))
    if inbound.order is None:
        return session
    return replace(session, newest=inbound.order, newest_at=inbound.received_at)


def _first(asked: Pending) -> datetime:
    return asked.since or asked.asked_at


def _waiting(pending: Pending | None) -> Pending | None:
    """Keep only what waits for the number: it asks for nothing but a withdrawal or a page."""
    return pending if pending and pending.awaiting is Awaiting.LINK else None


def hint_of(pending: Pending | None, scene: Scene) -> str | None:
    """Return what understanding may know of the pending question, like `grant:offers`.

    A question whose time is over is none: it must not turn a STOP into a mere no.
    """
    if pending is None or not pending.is_open(scene.now, scene.brand.yes_within_hours):
        return None
    if pending.awaiting is Awaiting.GRANT:
        return f"grant:{pending.purposes[0]}"
    return pending.awaiting.value


def proof_of(inbound: Inbound, snapshot: Snapshot) -> Proof:
    """Return the better of what the message proves and what is on file for its sender."""
    on_file = snapshot.proof
    if on_file is None or inbound.proof.level >= on_file.level:
        return inbound.proof
    return on_file
