"""What a list check begins with: what is asked by whom, and what it is checked with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.list_check_run import Means
from app.list_check_since import Since
from app.numbers import parse_number
from app.settings import Settings
from app.store import Store
from consent.errors import ConsentError
from consent.ports import Clock
from consent.states import Lens
from consent.verdicts import Question, check_question
from marketing.list_addresses import AddressReader
from marketing.list_columns import ListUnclear
from marketing.list_summary import columns_in
from marketing.listing import ListCheck
from storage.ids import uuid7
from storage.list_checks import SqlListChecks
from storage.list_looks import Begun
from storage.sqlite import sqlite_file

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked about a list, by whom and what for."""

    question: Question
    #: As customers read it in their own data.
    viewer: str
    reason: str
    valid: timedelta = timedelta(hours=24)
    #: Those that say whom a row means, where whoever asks has named them.
    columns: tuple[str, ...] = ()
    #: The check of the same list whose changes are asked for.
    since: str | None = None


class ListsBusy(ConsentError):
    """Too many lists are being checked: send it again when one of them is finished."""

    code = "lists_busy"


class ListGone(ConsentError):
    """The answer of this check is not good any more: check the list again."""

    code = "list_gone"


def open_check(wanted: Wanted, means: Means, now: datetime) -> ListCheck:
    """Return a check that begins now.

    :raises ListUnclear: there is no such purpose, channel or topic, or no reason is given.
    """
    try:
        check_question(wanted.question, means.lens().catalogue)
    except KeyError as fault:
        raise ListUnclear(f"The catalogue has no {fault}.") from fault
    if not wanted.reason.strip() or not wanted.viewer.strip():
        raise ListUnclear("It must be said who looks and what for.")
    return ListCheck(
        id=uuid7(now),
        question=wanted.question,
        viewer=wanted.viewer,
        reason=wanted.reason.strip(),
        at=now,
        valid_until=now + wanted.valid,
    )


async def since_of(means: Means, brand: str, check: str, now: datetime) -> tuple[Begun, Since]:
    """Return an earlier check and what has happened since.

    :raises ListGone: its answer is not good any more.
    :raises ListUnclear: there is no such check of this brand, it was never finished, or it has
        told changes alone.
    """
    begun = await means.checks.find(brand, check)
    if begun is None or begun.summary is None:
        raise ListUnclear("There is no such check of this brand, or it was not finished.")
    if first := msgspec.json.decode(begun.summary).get("since_check"):
        # It has looked only at whom it told of: all others would seem never to have been allowed.
        raise ListUnclear(f"Ask since the first check: {first} told of everybody in the list.")
    if now >= begun.valid_until:
        raise ListGone(f"It was valid until {begun.valid_until:%Y-%m-%d %H:%M} UTC.")
    lens, changes = means.lens(), await means.checks.changes(begun)
    # These can run out by the clock alone.
    ends = any(lens.catalogue.purpose(p).years_after_service for p in begun.question.purposes)
    return begun, Since(check=begun.id, changes=changes, everybody=changes.new_texts or ends)


def columns_of(begun: Begun) -> tuple[str, ...]:
    """Return by which columns the rows of the list were known that was checked."""
    return columns_in(msgspec.json.decode(begun.summary or ""))


def digest_in(begun: Begun) -> str:
    """Return the hash of the list that was checked."""
    return str(msgspec.json.decode(begun.summary or "")["sha256"]["list"])


def spool_of(settings: Settings) -> Path:
    """Return where servers keep lists: beside the store."""
    key = settings.root_key_file
    return (key.parent if key else sqlite_file(settings.database_url).parent) / "lists"


def means_of(store: Store, settings: Settings, lens: Callable[[], Lens], clock: Clock) -> Means:
    """Return what checks lists of the brand of a lens."""

    def sign(said: bytes) -> bytes:
        # Imported here: no server starts with what proofs are made of (10 ms).
        from app.proof_commands import signing_key_file  # noqa: PLC0415
        from storage.signing import load_signing_key  # noqa: PLC0415

        # The pair is made when it is first needed.
        return load_signing_key(signing_key_file(settings)).sign(said)

    return Means(
        checks=SqlListChecks(store.database, store.vault),
        lens=lens,
        reader=AddressReader(parse_number),
        clock=clock,
        sign=sign,
    )
