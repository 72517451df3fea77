"""The store as the page shows it: decisions, their chain, and what marketing would be told."""

from __future__ import annotations

from typing import Any

from app.composition import Assistant
from consent import chain
from consent.catalogue import BrandId
from consent.decisions import Action, Decision, Kind
from consent.desk import rebuild
from consent.errors import ChainBroken
from consent.notices import Form, code_of
from consent.ports import Address, AddressKind, Ledger
from consent.replies import Message
from consent.verdicts import Question, judge, unknown
from locales.wording import Wording

_WORDS = {
    Action.ASKED: "state.asked",
    Action.GIVEN: "state.given",
    Action.REFUSED: "state.refused",
    Action.WITHDRAWN: "state.withdrawn",
    Action.PAUSED: "state.paused",
    Action.ON: "switch.on",
    Action.OFF: "switch.off",
    Action.UNSET: "switch.unset",
}


async def records_of(
    assistant: Assistant, ledger: Ledger, *, brand: str, number: str, language: str
) -> dict[str, Any]:
    """Return everything the page shows of one customer's store.

    :raises StoreUnavailable: it cannot be read.
    """
    voice = assistant.wording(brand, language, Form.CHAT)
    customer = await ledger.customer_of(brand, Address(AddressKind.MSISDN, number))
    decisions = () if customer is None else await ledger.history(customer)
    head = chain.GENESIS if customer is None else await ledger.head_of(customer)
    return {
        "decisions": [_entry(assistant, voice, d) for d in decisions],
        "sound": _is_sound(decisions, head),
        "verdicts": _verdicts(assistant, voice, brand, decisions, known=customer is not None),
    }


def _is_sound(decisions: tuple[Decision, ...], head: str) -> bool:
    try:
        return chain.verify(decisions, head) == len(decisions)
    except ChainBroken:
        return False


def _entry(assistant: Assistant, voice: Wording, decision: Decision) -> dict[str, Any]:
    subject = decision.subject
    name = voice.name(subject.kind.value, subject.id)
    if subject.kind is Kind.PURPOSE:
        name = f"{assistant.catalogue.purpose(subject.id).number}. {name}"
    word = _WORDS.get(decision.action)
    return {
        "position": decision.position,
        "about": name,
        "action": decision.action.value,
        "word": voice.message(Message(word)) if word else decision.action.value,
        "when": chain.stamp(decision.said_at),
        "shown": voice.moment(decision.said_at),
        "door": voice.message(Message(f"source.{decision.door}")),
        "notice": code_of(decision.notice) if decision.notice else None,
        "id": decision.id,
        "hash": decision.hash,
        "previous": decision.previous,
        "method": decision.method,
        "words": decision.evidence.words if decision.evidence else "",
    }


def _verdicts(
    assistant: Assistant,
    voice: Wording,
    brand: str,
    decisions: tuple[Decision, ...],
    *,
    known: bool,
) -> list[dict[str, Any]]:
    lens = assistant.house.lens(brand, assistant.clock.now())
    standing = rebuild(decisions)
    opening = assistant.catalogue.opening
    found = []
    for channel in assistant.catalogue.channels:
        question = Question(brand=brand, purpose=opening.id, channel=channel.id)
        verdict = judge(question, standing, lens) if known else unknown(question)
        names = (voice.name("purpose", opening.id), voice.name("channel", channel.id))
        found.append(
            {
                "label": " – ".join(names),
                "allowed": verdict.allowed,
                "reason": verdict.reason.value,
                "text": voice.page_words[f"playground.verdict.{verdict.reason.value}"],
            }
        )
    return found


def brand_name(assistant: Assistant, brand: str) -> str:
    """Return a brand's name as it writes itself."""
    return assistant.catalogue.brands[BrandId(brand)].name
