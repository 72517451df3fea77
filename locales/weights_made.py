"""Writing what was learnt from examples, and telling whether the examples have changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from consent.understanding.weights import Learned
from locales.weights import FILE, little

#: One wish a message, several wishes, answers to questions, and the cues found in them.
LEARNT_FROM = ("examples.tsv", "several.tsv", "answers.tsv", "cues.toml")


def weights_as_bytes(learned: Learned, made_from: str) -> bytes:
    """Return the file of what was learnt; `made_from` names the examples it was learnt from."""
    facts: dict[str, Any] = {"made_from": made_from, "things": dict(learned.things)}
    facts["opening"] = learned.opening
    body = bytearray()
    for name, weights in (("messages", learned.messages), ("mentions", learned.mentions)):
        facts[name] = {
            "labels": weights.labels,
            "bias": weights.bias,
            "unit": weights.unit,
            "rows": len(weights.keys),
        }
        body += little(weights.keys[:]).tobytes() + weights.rows
    body += "\n".join(sorted(learned.spellings.words)).encode()
    facts["bytes"] = len(body)
    return json.dumps(facts).encode() + b"\n" + bytes(body)


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
