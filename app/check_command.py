"""`consent check` and `history`: quick looks that load no door and no text."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product

from app.settings import load_settings
from app.store import Store, with_store
from app.whom import NobodyKnown
from consent.chain import stamp, verify
from consent.errors import ChainBroken, SettingBroken
from consent.papers import WiderShelf
from consent.ports import Address, Look
from consent.receipts import receipt
from consent.states import Lens
from consent.verdicts import Question, Reason, Verdict
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock
from marketing.checking import Asked, check_all
from storage.checking import SqlChecking

#: Reasons whose name alone says too little.
_WORDS = {Reason.REFUSED: "refused – a no, or withdrawn before it was ever given –"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks about a customer: one question, or one for each channel and topic."""

    brand: str
    #: All of them must allow it.
    purposes: Sequence[str]
    channels: Sequence[str] = ()
    topics: Sequence[str] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions, in the order in which they are answered."""
        first, *also = self.purposes
        ways = product((*self.channels,) or (None,), (*self.topics,) or (None,))
        return tuple(
            Question(
                brand=self.brand, purpose=first, also=tuple(also), channel=channel, topic=topic
            )
            for channel, topic in ways
        )


def run_check(
    address: Address, wanted: Wanted, *, as_json: bool = False
) -> tuple[bool, list[str]]:
    """Return whether all of it is allowed, and each verdict in words or as a line of JSON.

    They are answered together, as of one moment, and each is noted.

    :raises SettingBroken: no such brand, purpose, channel or topic.
    :raises StoreUnavailable: no verdict, and nobody looked.
    """
    lens = _lens(wanted.brand)
    questions, asking = wanted.questions, viewer()
    asked = [Asked(question=question, address=address) for question in questions]

    async def ask(store: Store) -> tuple[Verdict, ...]:
        known = replace(lens, notices=WiderShelf(lens.notices, await store.papers.all()))
        consulting = SqlChecking(store.database, store.vault)
        try:
            return await check_all(consulting, known, asked, asking)
        except KeyError as fault:
            raise SettingBroken(f"the catalogue has no {fault}") from fault

    verdicts = with_store(load_settings(lens.catalogue), ask)
    allowed = all(verdict.allowed for verdict in verdicts)
    if as_json:
        return allowed, [json.dumps(_as_json(v), ensure_ascii=False) for v in verdicts]
    if len(verdicts) == 1:
        return allowed, [_in_words(verdicts[0])]
    return allowed, [f"{_way(v.question)}: {_in_words(v)}" for v in verdicts]


def _way(question: Question) -> str:
    """Return what tells a question from the others that were asked with it."""
    return "/".join(part for part in (question.channel, question.topic) if part)


def run_history(address: Address, *, brand: str) -> list[str]:
    """Return a customer's decisions as receipts, oldest first.

    :raises SettingBroken: no such brand.
    :raises NobodyKnown: the brand knows nobody by this address.
    :raises ChainBroken: the ledger was altered outside this program.
    """
    lens = _lens(brand)
    look = Look(
        brand=brand, address=address, viewer=viewer(), purpose_of_look="history", at=lens.now
    )

    async def read(store: Store) -> list[str]:
        decisions, head, length = await store.ledger.inspect(look)
        if not decisions:
            raise NobodyKnown
        if verify(decisions, head) != length:
            raise ChainBroken(f"there are {len(decisions)} decisions where {length} were written")
        notices = WiderShelf(lens.notices, await store.papers.all())
        return [receipt([d], lens.catalogue, notices, decisions).decode() for d in decisions]

    return with_store(load_settings(lens.catalogue), read)


def viewer() -> str:
    """Return who asks: the account of the process, which the environment cannot forge."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:uid {os.getuid()}"


def _lens(brand: str) -> Lens:
    catalogue = load_catalogue(ROOT)
    if brand not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    return Lens(brand=brand, catalogue=catalogue, notices=read_lock(ROOT), now=datetime.now(UTC))


def _as_json(verdict: Verdict) -> dict[str, str | bool | list[str] | None]:
    question = verdict.question
    return {
        "allowed": verdict.allowed,
        "reason": verdict.reason.value,
        "brand": question.brand,
        "purposes": list(question.purposes),
        "channel": question.channel,
        "topic": question.topic,
        "about": f"{verdict.about.kind.value}:{verdict.about.id}" if verdict.about else None,
        "decision": verdict.decision,
        "since": stamp(verdict.since) if verdict.since else None,
        "until": stamp(verdict.until) if verdict.until else None,
    }


def _in_words(verdict: Verdict) -> str:
    about = f" ({verdict.about.kind.value} {verdict.about.id})" if verdict.about else ""
    since = f" since {stamp(verdict.since)}" if verdict.since else ""
    proof = f"\ndecision {verdict.decision}" if verdict.decision else "\nno decision"
    if verdict.allowed:
        return f"allowed{since}{proof}"
    reason = _WORDS.get(verdict.reason, verdict.reason.value.replace("_", " "))
    return f"not allowed: {reason}{about}{since}{proof}"
