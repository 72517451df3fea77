"""Reading and writing what was learnt from examples: `locales/wording.weights`.

A line of JSON says what follows: two tables of bytes and the words known to be spelt right. The
file is made by `make train` and by nothing else.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from consent.errors import CatalogueBroken
from consent.understanding.misspelt import build_spellings
from consent.understanding.weights import Learned, Weights, build_weights

FILE = "wording.weights"
#: One wish a message, several wishes, answers to questions, and the cues found in them.
LEARNT_FROM = ("examples.tsv", "several.tsv", "answers.tsv", "cues.toml")


def load_weights(root: Path) -> Learned:
    """Read what was learnt.

    :raises CatalogueBroken: the file is missing or broken.
    """
    file = root / FILE
    try:
        head, _, packed = file.read_bytes().partition(b"\n")
        facts = json.loads(head)
        body = _whole(packed, facts["bytes"])
        messages, body = _table(facts["messages"], body)
        mentions, body = _table(facts["mentions"], body)
        return Learned(
            messages=messages,
            mentions=mentions,
            spellings=build_spellings(str(body, "utf-8").split("\n")),
            things=facts["things"],
            opening=facts["opening"],
        )
    except FileNotFoundError:
        raise CatalogueBroken(FILE, "-", "the file is missing; `make train` makes it") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault


def _whole(packed: bytes, length: int) -> memoryview:
    if len(packed) != length:
        raise ValueError(f"{len(packed)} bytes instead of {length}")
    return memoryview(packed)


def _table(facts: dict[str, Any], body: memoryview) -> tuple[Weights, memoryview]:
    count, width = int(facts["rows"]), len(facts["labels"]) + 1
    keys = array("I")
    keys.frombytes(body[: 4 * count])
    _little(keys)
    rows = body[4 * count : (4 + width) * count]
    labels, bias = tuple(facts["labels"]), tuple(facts["bias"])
    return build_weights(labels, bias, facts["unit"], keys, rows), body[(4 + width) * count :]


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
        body += _little(weights.keys[:]).tobytes() + weights.narrow()
    body += "\n".join(sorted(learned.spellings.words)).encode()
    facts["bytes"] = len(body)
    return json.dumps(facts).encode() + b"\n" + bytes(body)


def _little(keys: array[int]) -> array[int]:
    """Turn keys from or into the byte order of the file."""
    if sys.byteorder == "big":
        keys.byteswap()
    return keys


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
