"""Every text customers are or were shown, as the store has kept it, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store
from storage.papers import version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeQuery:
    """Which of a brand's texts are wanted, in the order in which they were registered."""

    brand: str
    #: By the columns of the register: purpose, language, form, fingerprint, code.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: Like 1.0.
    version: str | None = None
    #: Only texts with these fingerprints, or only others.
    among: frozenset[str] = frozenset()
    within: bool | None = None
    #: Those that follow this place, as the page before has named it.
    after: tuple[datetime, str] | None = None
    most: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNotice:
    """A text as it was registered."""

    fingerprint: str
    code: str
    brand: str
    purpose: str
    language: str
    #: `paper`: it was shown outside our doors.
    form: str
    version: str
    #: Of a paper: the controller has not approved it.
    is_draft: bool
    text: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """Some texts, and the place to go on after; none: that is all."""

    notices: tuple[KeptNotice, ...]
    after: tuple[datetime, str] | None = None


class SqlNotices:
    """The register of texts, from a database."""

    def __init__(self, database: Database) -> None:
        """Read beside the ledger."""
        self._database = database

    async def listed(self, wanted: NoticeQuery) -> NoticePage:
        """Return some of a brand's texts, those that were registered first before all others.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(partial(_listed, wanted))


def _listed(wanted: NoticeQuery, connection: Connection) -> NoticePage:
    table = schema.notices
    at, name = table.c.registered_at, table.c.fingerprint
    query = select(table).where(table.c.brand == wanted.brand)
    for column, value in wanted.fields.items():
        query = query.where(table.c[column] == value)
    if wanted.version is not None:
        query = query.where(table.c.version.in_(version_of(wanted.version)))
    if wanted.within is not None:
        among = name.in_(sorted(wanted.among))
        query = query.where(among if wanted.within else ~among)
    if wanted.after is not None:
        moment = to_store(wanted.after[0])
        query = query.where(or_(at > moment, and_(at == moment, name > wanted.after[1])))
    # One more than is shown says whether there is more.
    rows = connection.execute(query.order_by(at, name).limit(wanted.most + 1)).all()
    shown = rows[: wanted.most]
    last = shown[-1] if len(rows) > len(shown) else None
    return NoticePage(
        notices=tuple(map(_kept, shown)),
        after=(from_store(int(last.registered_at)), last.fingerprint) if last else None,
    )


def _kept(row: Row[Any]) -> KeptNotice:
    plain, _ = version_of(row.version)
    return KeptNotice(
        fingerprint=row.fingerprint,
        code=row.code,
        brand=row.brand,
        purpose=row.purpose,
        language=row.language,
        form=row.form,
        version=plain,
        is_draft=plain != row.version,
        text=row.text,
        registered_at=from_store(int(row.registered_at)),
    )
