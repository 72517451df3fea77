"""Which page free wording asks for, by the cues in it."""

from __future__ import annotations

from consent.intents import IntentName, Page
from consent.understanding.clauses import Clause
from consent.understanding.cues import Kind

_PAGES = {
    "review": (IntentName.HUMAN, Page.REVIEW),
    "privacy": (IntentName.EXPLAIN, Page.PRIVACY),
    "my_data": (IntentName.EXPLAIN, Page.MY_DATA),
}


def page_of(clauses: tuple[Clause, ...], name: IntentName) -> Page | None:
    """Return the page that an intent of this name opens, none for its ordinary one."""
    acts = frozenset[str]().union(*(clause.names(Kind.ACT) for clause in clauses))
    pages = (page for act, (of, page) in _PAGES.items() if act in acts and of is name)
    return next(pages, None)


def value_of(clauses: tuple[Clause, ...], name: str) -> str | None:
    """Return the one brand or language that is named, none for several."""
    values = {value for clause in clauses for value in clause.values(name)}
    return next(iter(values)) if len(values) == 1 else None
