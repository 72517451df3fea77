"""Holds what customers wrote and read against the ledger, one customer after the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app.composition import Assistant
from app.store import Store
from consent.decisions import YES, Decision
from consent.replies import Reply
from tests.sms.fake_twilio_api import Filtering
from tests.soak.evidence import decided_twice, receipts
from tests.soak.sms_evidence import (
    Letter,
    Papers,
    Post,
    checked_history,
    said_aloud,
    still_given,
)
from tests.soak.texters import MARKETING, Texter

#: Words that can be a yes, to a notice or to a channel.
_YES = ("JĀ", "JA", "ДА", "AGREE", "YES", "1+", "SMS", "👍")


@dataclass(slots=True)
class Figures:
    """What was found in the ledger and on the phones."""

    caught_up: int = 0
    decisions: int = 0
    given: int = 0
    confirmations: int = 0
    #: Texts said again because Twilio asked again.
    again: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """Everything that is known when all is over."""

    store: Store
    assistant: Assistant
    papers: Papers
    post: Post
    figures: Figures = field(default_factory=Figures)

    async def judge(self, texter: Texter, *, gone: bool) -> None:
        """Hold one customer's texts against the ledger.

        :param gone: the last of them has stopped all advertising.
        """
        decisions = await checked_history(self.store, texter.brand, texter.phone.number)
        assert [] == decided_twice(decisions)
        assert not gone or [] == still_given(decisions, MARKETING)
        self._everything_done(texter, decisions)
        self._nothing_unasked(texter)
        self._nothing_untrue(texter, decisions)
        self.figures.decisions += len(decisions)

    def _everything_done(self, texter: Texter, decisions: tuple[Decision, ...]) -> None:
        """Every message was handled; every stop had stopped when it was."""
        given = {d.evidence.message_id for d in decisions if d.action in YES and d.evidence}
        for said in texter.said:
            handled = self.papers.handled[said.sms.sid]
            assert [] == still_given(decisions[: handled.length], said.ends), said.sms.body
            if said.sms.sid in given:
                assert said.sms.body.upper().startswith(_YES), said.sms.body
            if handled.was_fetched(said.sms):
                assert said.sms.sid not in given, "a yes that came late"
                self.figures.caught_up += 1
        self.figures.given += len(given)

    def _nothing_unasked(self, texter: Texter) -> None:
        """Every text answers one message of this customer; no message is answered twice.

        Only what Twilio asks again, though it has heard the answer, may be said again at once.
        """
        letters = self.post.sent.get(texter.phone.number, [])
        answered = Counter(letter.about for letter in letters)
        assert answered.keys() <= {said.sms.sid for said in texter.said}
        later = [letter for letter in letters if letter.out]
        assert len(later) == len({letter.out for letter in later})
        for letter in later:
            assert self.papers.parcels[letter.out].answers == letter.about
            assert answered[letter.about] == 1
        assert answered - Counter(letter.about for letter in later) <= self.post.heard
        self.figures.again += len(letters) - len(answered)

    def _nothing_untrue(self, texter: Texter, decisions: tuple[Decision, ...]) -> None:
        """The phone shows what was sent, and that is what was committed, word for word."""
        number, promised = texter.phone.number, receipts(decisions)
        sent = self.post.sent.get(number, [])
        shown = [letter for letter in sent if letter.arrived]
        filtered = texter.sender.filtering is not Filtering.OFF
        assert filtered or Counter(texter.phone.received) == Counter(s.sms.body for s in shown)
        assert Counter(s.sms.body for s in shown) <= Counter(texter.phone.received)
        for letter in shown:
            reply = self._committed(letter)
            assert said_aloud(self.assistant, texter.brand, reply) == letter.sms.body
            numbers = {str(m.params["receipt"]) for m in reply.messages if "receipt" in m.params}
            assert numbers <= promised
            self.figures.confirmations += bool(numbers)

    def _committed(self, letter: Letter) -> Reply:
        papers = self.papers
        return (
            papers.parcels[letter.out].reply if letter.out else papers.handled[letter.about].reply
        )
