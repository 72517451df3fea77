"""`consent case …`: what waits for a person, and the answers they give."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.case_lines import as_json, described, line
from app.case_text import Measure
from app.check_command import viewer
from app.settings import load_settings
from app.store import with_store
from consent.case_ports import Cases, Named, Told, more_time
from consent.catalogue import BrandId, Catalogue
from consent.errors import ConsentError, SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.wording import load_texts

_T = TypeVar("_T")
_STDIN = "-"
#: More than any answer may have; a whole film is none.
_LARGEST = 100_000


class AnswerUnreadable(ConsentError):
    """Nothing was answered; mend the file named here and try again."""

    code = "case"


def list_cases(
    *, brand: str, overdue: bool, after: str | None, most: int, in_json: bool
) -> list[str]:
    """Return a line for each open case of a brand, the first due first.

    :raises CaseRefused: there is no case to go on after.
    """
    catalogue, now = _catalogue(brand), datetime.now(UTC)
    late, last = now if overdue else None, _name(after) if after else None
    found = _with_cases(
        catalogue,
        # One more than is shown says whether there is more.
        lambda cases: cases.waiting(brand, overdue_at=late, after=last, most=most + 1),
    )
    shown = found[:most]
    if in_json:
        return [json.dumps(as_json(x, catalogue, now), ensure_ascii=False) for x in shown]
    lines = [line(x, catalogue, now) for x in shown]
    if len(found) > most:
        lines.append(f"There are more: add --after {shown[-1].case.id}")
    return lines or ["No case is overdue." if overdue else "No case is open."]


def show_case(case: str, *, brand: str, who: str, reason: str) -> list[str]:
    """Return a case with the customer's words and numbers; who looked is noted.

    :raises CaseRefused: there is no such case.
    """
    catalogue, now = _catalogue(brand), datetime.now(UTC)
    why = _said(reason, "--reason must say what you look for; the customer can ask for it")
    named = _named(brand, case, _said(who, "--viewer must say who looks"), now)
    opened = _with_cases(catalogue, lambda cases: cases.show(named, why))
    return list(described(opened, catalogue, now))


def answer_case(case: str, *, brand: str, who: str, text: str | None, file: str | None) -> str:
    """Let an answer leave over the door the case came by, and say how.

    :raises CaseRefused: it cannot be sent so, and why; the case stays as it is.
    """
    words, catalogue = _words(text, file), _catalogue(brand)
    measure = Measure(texts=load_texts(ROOT), brand=brand)
    named = _by(brand, case, who)
    draft = measure.draft(words)
    told = _with_cases(catalogue, lambda cases: cases.answer(named, draft))
    if told.again:
        return f"{named.case} has this answer since {told.at:%Y-%m-%d}; it is not sent twice."
    size = _size(measure, told)
    return f"The answer to {named.case} leaves as {size}; the case is closed when it has left."


def extend_case(case: str, *, brand: str, who: str, reason: str) -> str:
    """Give a case two months more, and let the customer know why.

    :raises CaseRefused: it cannot be extended, or the customer cannot be told.
    """
    catalogue = _catalogue(brand)
    measure = Measure(texts=load_texts(ROOT), brand=brand)
    named = _by(brand, case, who)
    draft = measure.draft(reason)
    until = partial(more_time, now=named.at, zone=catalogue.timezone)
    told = _with_cases(catalogue, lambda cases: cases.extend(named, until, draft))
    if told.again:
        return f"The customer is just being told that {named.case} takes longer."
    size = _size(measure, told)
    return f"{named.case} has two months more as soon as the customer is told, by {size}."


def close_case(case: str, *, brand: str, who: str, reason: str) -> str:
    """End a case without an answer.

    :raises CaseRefused: there is none, or its answer is on its way.
    """
    catalogue, named = _catalogue(brand), _by(brand, case, who)
    why = _said(reason, "--reason must say why nothing is answered")
    ended = _with_cases(catalogue, lambda cases: cases.close(named, why))
    return f"{named.case} is closed." if ended else f"{named.case} was closed before."


def _size(measure: Measure, told: Told) -> str:
    if told.message is None or told.reach is None:
        return "nothing"
    return measure.size(told.message, told.reach)


def _by(brand: str, case: str, who: str) -> Named:
    return _named(brand, case, _said(who, "--by must say who you are"), datetime.now(UTC))


def _named(brand: str, case: str, who: str, now: datetime) -> Named:
    # What they say they are, and what this machine knows them as.
    return Named(brand=brand, case=_name(case), by=f"{who} ({viewer()})", at=now)


def _name(case: str) -> str:
    return case.strip().upper()


def _said(text: str, complaint: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise SettingBroken(complaint)
    return words


def _words(text: str | None, file: str | None) -> str:
    if (text is None) == (file is None):
        raise SettingBroken("say --text or --file, one of them")
    if text is not None or file is None:
        return text or ""
    try:
        if file == _STDIN:
            content = sys.stdin.buffer.read(_LARGEST)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(_LARGEST)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise AnswerUnreadable(f"{file} is not UTF-8; save it as UTF-8.") from fault
    except OSError as fault:
        raise AnswerUnreadable(f"{file} cannot be read: {fault.strerror}.") from fault


def _catalogue(brand: str) -> Catalogue:
    catalogue = load_catalogue(ROOT)
    if BrandId(brand) not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    return catalogue


def _with_cases(catalogue: Catalogue, work: Callable[[Cases], Awaitable[_T]]) -> _T:
    return with_store(load_settings(catalogue), lambda store: work(store.cases))
