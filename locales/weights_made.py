"""Writing what was learnt from examples, and telling whether the examples have changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from consent.understanding.network import Network
from consent.understanding.rows import Rows
from consent.understanding.weights import Learned, Weights
from locales.weights import FILE, LONGS, little

#: One wish a message, several wishes, answers to questions, and the cues found in them.
LEARNT_FROM = ("examples.tsv", "several.tsv", "answers.tsv", "cues.toml")


def weights_as_bytes(learned: Learned, made_from: str) -> bytes:
    """Return the file of what was learnt; `made_from` names the examples it was learnt from."""
    order, packed = _network(learned.order)
    facts: dict[str, Any] = {
        "made_from": made_from,
        "things": dict(learned.things),
        "contacting": learned.contacting,
        "messages": _facts(learned.messages),
        "order": order,
        "mentions": _facts(learned.mentions),
    }
    spellings = "\n".join(sorted(learned.spellings.known)).encode()
    body = _rows(learned.messages.rows) + packed + _rows(learned.mentions.rows) + spellings
    facts["bytes"] = len(body)
    return json.dumps(facts).encode() + b"\n" + body


def _facts(weights: Weights) -> dict[str, Any]:
    return {
        "labels": weights.labels,
        "bias": weights.bias,
        "unit": weights.unit,
        "rows": len(weights.rows.keys),
    }


def _network(network: Network) -> tuple[dict[str, Any], bytes]:
    """Return what is told of a network in the first line, and its tables."""
    facts: dict[str, Any] = {
        name: getattr(network, name)
        for name in ("labels", "bias", "unit", "floors", "ratio", "large", "small")
    }
    body = bytearray()
    for name, rows in (("words", network.words), ("beside", network.beside)):
        facts[name], facts[f"{name}_width"] = len(rows.keys), rows.width
        body += _rows(rows)
    for name in LONGS:
        table: tuple[int, ...] = getattr(network, name)
        size = max((long.bit_length() for long in table), default=0) // 8 + 1
        facts[name] = (len(table), size)
        body += b"".join(long.to_bytes(size, "little", signed=True) for long in table)
    return facts, bytes(body)


def _rows(rows: Rows) -> bytes:
    return little(rows.keys[:]).tobytes() + rows.table


def made_from(root: Path) -> str:
    """Return the name of the examples that the weights were learnt from."""
    head, _, _ = (root / FILE).read_bytes().partition(b"\n")
    return str(json.loads(head)["made_from"])


def name_of_examples(root: Path, languages: Iterable[str]) -> str:
    """Return a name for all that weights are learnt from; it changes with any of it."""
    digest = hashlib.sha256()
    for language in sorted(languages):
        for name in LEARNT_FROM:
            digest.update((root / language / "lexicon" / name).read_bytes())
    return digest.hexdigest()[:16]
