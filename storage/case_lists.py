"""Lists of cases, a page at a time: nothing that customers said is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from consent.case_ports import CasePage, CaseQuery, Filed
from storage import schema
from storage.answers import open_kept
from storage.case_rows import due, filed_of
from storage.moments import from_store, to_store
from storage.vault import Vault


def listed(vault: Vault, wanted: CaseQuery, connection: Connection) -> CasePage:
    """Return some of a brand's cases, and the place to go on after."""
    table, owners = schema.cases, schema.customers
    # What a case is listed by: when it is due, or when it ended.
    place: ColumnElement[int] = table.c.closed_at if wanted.over else due()
    query = (
        select(table, owners.c.wrapped_key, place.label("place"))
        .join(owners, owners.c.customer_id == table.c.customer_id)
        .where(table.c.brand == wanted.brand)
    )
    # One more than is shown says whether there is more.
    rows = connection.execute(_page(query, place, wanted).limit(wanted.most + 1)).all()
    shown = rows[: wanted.most]
    cases = tuple(_filed(row, vault) for row in shown)
    return CasePage(cases=cases, after=_place(shown[-1]) if len(rows) > len(shown) else None)


def _page(query: Select[Any], place: ColumnElement[int], wanted: CaseQuery) -> Select[Any]:
    table = schema.cases
    name = table.c.case_id
    is_open = table.c.closed_at.is_(None)
    query = query.where(~is_open if wanted.over else is_open)
    if wanted.kind is not None:
        query = query.where(table.c.kind == wanted.kind)
    if wanted.overdue_at is not None:
        ended = func.coalesce(table.c.closed_at, to_store(wanted.overdue_at))
        query = query.where(due() < ended)
    if wanted.after is not None:
        moment, last = to_store(wanted.after[0]), wanted.after[1]
        beyond = place < moment if wanted.over else place > moment
        query = query.where(or_(beyond, and_(place == moment, name > last)))
    return query.order_by(place.desc() if wanted.over else place, name)


def _filed(row: Row[Any], vault: Vault) -> Filed:
    """Return a case; of one that is over, whether it was answered."""
    if row.closed_at is None or row.sealed_answer is None or row.wrapped_key is None:
        return filed_of(row)
    kept = open_kept(
        row.sealed_answer, row.case_id, vault.data_key(row.customer_id, row.wrapped_key)
    )
    return filed_of(row, answered=kept is not None and kept.outgoing != "")


def _place(row: Row[Any]) -> tuple[datetime, str]:
    return from_store(int(row.place)), str(row.case_id)
