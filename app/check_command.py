"""`consent check` and `history`: quick looks that load no door and no text."""

from __future__ import annotations

import json
import os
import pwd
from dataclasses import replace
from datetime import UTC, datetime

from app.numbers import parse_number
from app.settings import load_settings
from app.store import Store, with_store
from consent.chain import stamp, verify
from consent.errors import ChainBroken, SettingBroken
from consent.papers import WiderShelf
from consent.ports import Address, AddressKind, Look
from consent.receipts import receipt
from consent.states import Lens
from consent.verdicts import Question, Reason, Verdict
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock
from marketing.checking import check

#: Reasons whose name alone says too little.
_WORDS = {Reason.REFUSED: "refused – a no, or withdrawn before it was ever given –"}


def run_check(  # noqa: PLR0913
    number: str,
    *,
    brand: str,
    purpose: str,
    channel: str | None,
    topic: str | None,
    as_json: bool,
) -> tuple[bool, str]:
    """Return whether it is allowed, and the verdict in words or JSON."""
    lens = _lens(brand)
    question = Question(brand=brand, purpose=purpose, channel=channel, topic=topic)
    address = Address(AddressKind.MSISDN, parse_number(number))
    asking = viewer()

    async def ask(store: Store) -> Verdict:
        known = replace(lens, notices=WiderShelf(lens.notices, await store.papers.all()))
        try:
            return await check(store.ledger, known, question, address, asking)
        except KeyError as fault:
            raise SettingBroken(f"the catalogue has no {fault}") from fault

    verdict = with_store(load_settings(lens.catalogue), ask)
    answer = json.dumps(_as_json(verdict), ensure_ascii=False) if as_json else _in_words(verdict)
    return verdict.allowed, answer


def run_history(number: str, *, brand: str) -> list[str]:
    """Return a customer's decisions as receipts, oldest first.

    :raises ChainBroken: the ledger was altered outside this program.
    """
    lens = _lens(brand)
    address = Address(AddressKind.MSISDN, parse_number(number))

    look = Look(
        brand=brand, address=address, viewer=viewer(), purpose_of_look="history", at=lens.now
    )

    async def read(store: Store) -> list[str]:
        decisions, head, length = await store.ledger.inspect(look)
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


def _as_json(verdict: Verdict) -> dict[str, str | bool | None]:
    question = verdict.question
    return {
        "allowed": verdict.allowed,
        "reason": verdict.reason.value,
        "brand": question.brand,
        "purpose": question.purpose,
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
