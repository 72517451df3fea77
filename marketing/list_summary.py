"""What came out of a list check, signed: kept with the campaign, it says what was asked when.

The signature (Ed25519) covers the canonical JSON of the summary, so that nobody can say later that
another list was checked, or that it was checked earlier.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from consent.chain import canonical, stamp
from consent.proof import Signed
from marketing.list_columns import ListUnclear
from marketing.listing import ListCheck, Tally

_FORMAT = "consent-list-check-1"
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The SHA-256 of the list and of what was made of it."""

    checked: str
    #: By name: `allowed`, `blocked`, `rejected`, `changed`.
    made: Mapping[str, str]
    #: The columns that said whom each row means, as they are told (see `list_columns.Told`).
    columns: tuple[str, ...]


def summary_of(
    check: ListCheck, tally: Tally, files: Files, since: str | None = None
) -> dict[str, Any]:
    """Return the summary of a check.

    :param since: the check whose changes were asked for.
    """
    question = check.question
    return {
        "format": _FORMAT,
        "check": check.id,
        "since_check": since,
        "brand": question.brand,
        "purposes": list(question.purposes),
        "channel": question.channel,
        "topic": question.topic,
        "viewer": check.viewer,
        "reason": check.reason,
        "checked_at": stamp(check.at),
        "valid_until": stamp(check.valid_until),
        "feed_position": check.feed_position,
        "columns": list(files.columns),
        "rows": tally.rows,
        "allowed": tally.allowed,
        "blocked": tally.blocked,
        "by_reason": {reason.value: count for reason, count in sorted(tally.reasons.items())},
        "duplicates": tally.duplicates,
        "rejected": tally.rejected.total(),
        "rejected_by_reason": {why.value: n for why, n in sorted(tally.rejected.items())},
        "sha256": {"list": files.checked, **files.made},
    }


def signed_file(summary: Mapping[str, Any], signature: bytes) -> bytes:
    """Return a summary and its signature as a file."""
    said = {"summary": summary, "ed25519": base64.b64encode(signature).decode()}
    return json.dumps(said, ensure_ascii=False, indent=2).encode() + b"\n"


def summary_in(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the summary and the signature that a file holds.

    :raises ListUnclear: it is no such file.
    """
    try:
        found = json.loads(content[:_LARGEST])
        summary, signed = found["summary"], found["ed25519"]
        signature = base64.b64decode(signed, validate=True)
        if summary["format"] != _FORMAT or not isinstance(summary["check"], str):
            raise ListUnclear("This is no summary of a list check, or one of a newer program.")
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as fault:
        raise ListUnclear("This is no summary of a list check.") from fault
    return summary, signature


def is_signed(content: bytes, keys: Mapping[str, Signed]) -> bool:
    """Say whether a summary is signed by one of these keys.

    :raises ListUnclear: it is no such file.
    """
    summary, signature = summary_in(content)
    try:
        said = canonical(summary)
    except (TypeError, ValueError):
        # A form that no summary has: somebody has written it.
        return False
    return any(check(said, signature) for check in keys.values())


def sign(summary: Mapping[str, Any], key: Callable[[bytes], bytes]) -> bytes:
    """Return the signature of a summary."""
    return key(canonical(summary))


def columns_in(summary: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that said whom each row means, so that they are found again."""
    # Summaries from before there could be several name one.
    return tuple(summary["columns"] if "columns" in summary else [summary["column"]])


def in_words(summary: Mapping[str, Any]) -> list[str]:
    """Return a summary as an operator reads it."""
    asked = "+".join(summary["purposes"])
    over = "/".join(part for part in (asked, summary["channel"], summary["topic"]) if part)
    lines = [
        (
            f"{summary['rows']} rows, {summary['brand']}, {over}: {summary['allowed']} allowed, "
            f"{summary['blocked']} not allowed, {summary['duplicates']} there before, "
            f"{summary['rejected']} rejected"
        )
    ]
    both = (summary["by_reason"], summary["rejected_by_reason"])
    counted = [pair for counts in both for pair in counts.items() if pair[0] != "allowed"]
    lines += [f"  {n} {why}" for why, n in sorted(counted, key=lambda pair: (-pair[1], pair[0]))]
    lines.append(
        f"Checked {summary['checked_at']}, valid until {summary['valid_until']}; "
        f"check {summary['check']}; column {', '.join(columns_in(summary))}"
    )
    return lines
