"""A copy of everything on file, for the customer who asks for it (GDPR 15 and 20).

As files in the chat, or behind a link by SMS; where neither is possible a person gives it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from consent.cases import CaseKind
from consent.chain import stamp
from consent.dialogue.requests import told
from consent.dialogue.scene import Turn
from consent.notices import Form

#: Between two copies to the same conversation.
PAUSE = timedelta(minutes=10)


def give(turn: Turn) -> None:
    """Give the copy at once, say when the next can be had, or open a case for it."""
    scene = turn.scene
    chat = scene.form is Form.CHAT
    possible = scene.copies.files if chat else scene.copies.links
    if not possible or scene.proof_level < 1:
        turn.confirm("human.copy", **told(turn, turn.open_case(CaseKind.ACCESS)))
        return
    last = turn.session.copied_at
    if last is not None and last <= scene.now < last + PAUSE:
        turn.say("copy.too_soon", at=stamp(last + PAUSE))
        return
    turn.session = replace(turn.session, copied_at=scene.now)
    if chat:
        turn.say("copy.files")
    else:
        turn.say("copy.link", own_link=scene.copies.secret())
