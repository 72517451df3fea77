"""`consent check-list`: a whole list at once, on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

from app.check_command import viewer
from app.composition import SystemClock
from app.list_check_opening import (
    Wanted,
    columns_of,
    digest_in,
    means_of,
    open_check,
    since_of,
)
from app.list_check_run import Checking, Means, Targets
from app.list_check_since import refuse_missing
from app.list_check_source import ListSource
from app.row_bar import RowBar
from app.settings import load_settings
from app.store import Store, with_store
from consent.errors import SettingBroken
from consent.papers import WiderShelf
from consent.states import Lens
from consent.verdicts import Question
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock
from marketing.list_columns import ListUnclear
from marketing.list_summary import in_words, is_signed, summary_in
from storage.signing import read_public_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the command line says."""

    brand: str
    purposes: list[str]
    by: str
    reason: str
    channel: str | None = None
    topic: str | None = None
    columns: tuple[str, ...] = ()
    valid_hours: int = 24
    #: A summary or the id of a check.
    since: str | None = None
    as_json: bool = False


def run_check_list(
    file: Path, said: Said, targets: Targets, screen: TextIO | None = None
) -> list[str]:
    """Check a list; return what came out, in words or as one line of JSON.

    :raises ListUnclear: it cannot be checked; no file was written.
    :raises SettingBroken: no such brand, or it is not said who looks and what for.
    :raises StoreUnavailable: the same; whoever was looked at stays noted.
    """
    catalogue = load_catalogue(ROOT)
    if said.brand not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    if not said.by.strip() or not said.reason.strip():
        raise SettingBroken("--by and --reason must say who looks and what for")
    if not said.purposes and said.since is None:
        raise SettingBroken("--purpose must say what is asked")
    settings = load_settings(catalogue)
    bar, clock = RowBar(screen or sys.stderr), SystemClock()

    async def work(store: Store) -> dict[str, Any]:
        notices = WiderShelf(read_lock(ROOT), await store.papers.all())
        seen = Lens(brand=said.brand, catalogue=catalogue, notices=notices, now=clock.now())
        means = means_of(store, settings, lambda: replace(seen, now=clock.now()), clock)
        try:
            return await _through(means, file, said, targets, bar.show, settings.list_limit)
        finally:
            bar.clear()

    summary = with_store(settings, work)
    return [json.dumps(summary, ensure_ascii=False)] if said.as_json else in_words(summary)


async def _through(  # noqa: PLR0913
    means: Means,
    file: Path,
    said: Said,
    targets: Targets,
    tick: Callable[[int, float], None],
    largest: int,
) -> dict[str, Any]:
    now = means.clock.now()
    wanted, since, earlier = _wanted(said), None, None
    if said.since is not None:
        earlier, since = await since_of(means, said.brand, _check_id(said.since), now)
        wanted = replace(wanted, question=earlier.question)
    check = open_check(wanted, means, now)
    if earlier is not None:
        check = replace(check, valid_until=earlier.valid_until)
    columns = said.columns or (columns_of(earlier) if earlier else ())
    with ListSource(file, means.holds, largest=largest, wanted=columns) as source:
        if earlier is not None:
            refuse_missing(source, digest_in(earlier))
        return await Checking(means, check, source, since).through(targets, tick)


def _wanted(said: Said) -> Wanted:
    first, *also = said.purposes or ["none"]
    return Wanted(
        question=Question(
            brand=said.brand,
            purpose=first,
            also=tuple(also),
            channel=said.channel,
            topic=said.topic,
        ),
        # The account of the process says who it was, whatever they call themselves.
        viewer=f"{said.by.strip()} ({viewer()})",
        reason=said.reason,
        valid=timedelta(hours=said.valid_hours),
    )


def _check_id(said: str) -> str:
    file = Path(said)
    if not file.is_file():
        return said
    summary, _ = summary_in(_content(file))
    return str(summary["check"])


def verify_summary(file: Path, key: Path) -> tuple[bool, list[str]]:
    """Say whether a summary is as it was signed, and what it says.

    :raises ListUnclear: it is no summary.
    :raises SigningKeyBroken: there is no public key in the other file.
    """
    content = _content(file)
    if not is_signed(content, read_public_keys(key)):
        return False, [f"broken: {file.name} is not as it was signed, or another key signed it"]
    return True, [f"whole: {file.name}", *in_words(summary_in(content)[0])]


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(1 << 20)
    except OSError as fault:
        raise ListUnclear(f"{file}: {fault.strerror}.") from fault
