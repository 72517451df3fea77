"""Where values lie that are sealed under a root key, and how they are gone through by pages.

Whatever else comes to be sealed under a root is added here: a key is retired only when nothing in
these places needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from storage import schema
from storage.vault import LABEL_BYTES, RootSeal, Vault, bound_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column whose values are sealed under a root."""

    #: What operators call it.
    name: str
    column: Column[Any]
    keys: tuple[Column[Any], ...]
    seal: RootSeal
    bound: Callable[[Row[Any]], str]

    @property
    def table(self) -> Table:
        """The table it is in."""
        return self.column.table


def places(vault: Vault) -> tuple[Place, ...]:
    """Return all of them."""
    customers, strays, hooks = schema.customers.c, schema.strays.c, schema.hooks.c
    return (
        Place(
            name="customers",
            column=customers.wrapped_key,
            keys=(customers.customer_id,),
            seal=vault.wrap,
            bound=lambda row: bound_key(row.customer_id),
        ),
        Place(
            name="strays",
            column=strays.sealed_stray,
            keys=(strays.brand, strays.door, strays.message_id),
            seal=vault.strays,
            bound=lambda row: f"stray:{row.message_id}",
        ),
        Place(
            name="hooks",
            column=hooks.sealed_secret,
            keys=(hooks.hook_id,),
            seal=vault.strays,
            bound=lambda row: f"hook:{row.hook_id}",
        ),
    )


def page_after(place: Place, after: Sequence[Any], size: int) -> Select[Any]:
    """Return a query for the keys of the next rows; from the first, if nothing is before them."""
    rows = select(*place.keys).order_by(*place.keys).limit(size)
    return rows.where(_at(place) > _values(after)) if after else rows


def old_values(
    place: Place, label: bytes, after: Sequence[Any], last: Sequence[Any] | None
) -> Select[Any]:
    """Return a query for the values of a page that do not lie under a root."""
    begins = func.substr(place.column, 1, LABEL_BYTES, type_=LargeBinary())
    query = (
        select(*place.keys, place.column.label("sealed"))
        # Of the forgotten and of hooks that were removed nothing is left.
        .where(place.column.is_not(None), func.length(place.column) > 0, begins != label)
        .order_by(*place.keys)
    )
    if after:
        query = query.where(_at(place) > _values(after))
    return query if last is None else query.where(_at(place) <= _values(last))


def changes(place: Place) -> Update:
    """Return what writes fresh values over those that were read."""
    mine = [key == bindparam(f"at_{key.name}") for key in place.keys]
    # Whoever was forgotten meanwhile stays forgotten.
    same = place.column == bindparam("was")
    values: dict[Any, Any] = {place.column: bindparam("fresh")}
    return place.table.update().where(*mine, same).values(values)


def _at(place: Place) -> ColumnElement[Any]:
    return tuple_(*place.keys)


def _values(row: Sequence[Any]) -> ColumnElement[Any]:
    return tuple_(*(literal(value) for value in row))
