"""Turning what a step decided into links of the customer's chain, with what proves them."""

from __future__ import annotations

from dataclasses import replace

from consent import chain
from consent.cases import Case
from consent.decisions import Action, CustomerId, Decision, Evidence
from consent.dialogue.scene import Decide, Turn
from consent.dialogue.session import Session
from consent.intents import Intent
from consent.notices import code_of
from consent.ports import Entropy, Inbound, Proof, Snapshot
from consent.replies import Reply


def with_receipt(reply: Reply, decisions: tuple[Decision, ...]) -> Reply:
    """Number the receipts: the code of the newest link of the customer's chain.

    Who holds it can prove what the ledger said then: every later link builds on it.
    """
    said = [d for d in decisions if d.action is not Action.ASKED]
    if not said:
        return reply
    number = code_of(said[-1].hash)
    messages = tuple(
        replace(m, params=m.params | {"receipt": number}) if m.kept else m for m in reply.messages
    )
    return replace(reply, messages=messages)


def words_of(inbound: Inbound) -> str:
    """Return what was said, fit to be stored, or the option chosen."""
    if inbound.text is not None:
        # A lone half of a surrogate pair has no form in UTF-8; it becomes U+FFFD.
        return inbound.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return f"[{inbound.choice.name}]" if inbound.choice else ""


def evidence_of(inbound: Inbound, session: Session, intent: Intent, proof: Proof) -> Evidence:
    """Return what proves this message's decisions: of a kept wish, the words that made it."""
    waited = session.pending if inbound.contact is not None else None
    kept = waited if waited and waited.intent else None
    said = kept.intent if kept and kept.intent else intent
    return Evidence(
        words=kept.words if kept else words_of(inbound),
        message_id=kept.message_id if kept else inbound.message_id,
        proof_kind=proof.kind,
        proof_level=proof.level,
        intent=said.name.value,
    )


def filed(turn: Turn, words: str) -> tuple[Case, ...]:
    """Return the cases that a step has opened, with the words that asked for them."""
    return tuple(replace(case, words=words, language=turn.language) for case in turn.cases)


def recorded(
    inbound: Inbound,
    snapshot: Snapshot,
    turn: Turn,
    evidence: Evidence,
    entropy: Entropy,
) -> tuple[Decision, ...]:
    """Return what the step decided as links that follow the customer's chain."""
    entries: list[Decision] = []
    previous, position = snapshot.head, snapshot.length
    for effect in turn.decisions:
        position += 1
        entry = _entry(inbound, turn, evidence, effect, entropy)
        entry = replace(
            entry,
            customer=snapshot.customer or CustomerId(""),
            position=position,
            previous=previous,
        )
        entry = replace(entry, hash=chain.digest(entry))
        entries.append(entry)
        previous = entry.hash
    return tuple(entries)


def _entry(
    inbound: Inbound, turn: Turn, evidence: Evidence, effect: Decide, entropy: Entropy
) -> Decision:
    now = turn.scene.now
    salt = entropy.salt()
    if effect.proved:
        evidence = replace(evidence, proof_kind="sms_code", proof_level=2)
    return Decision(
        id=entropy.decision_id(now),
        customer=CustomerId(""),
        position=0,
        brand=inbound.brand,
        subject=effect.subject,
        action=effect.action,
        said_at=now,
        recorded_at=now,
        until=effect.until,
        notice=effect.notice,
        linked_notice=effect.linked_notice,
        language=turn.language,
        door=inbound.door,
        actor="customer",
        method="button" if inbound.choice else "text",
        evidence_hash=chain.evidence_hash(evidence, salt),
        evidence=evidence,
        salt=salt,
        previous="",
        hash="",
    )
