"""The ledger in SQL. One message is one transaction of at most nine statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from consent.chain import GENESIS
from consent.decisions import CustomerId, Decision
from consent.forgetting import Forgetting, Parting
from consent.notices import Notice
from consent.ports import (
    Address,
    Circumstances,
    Inbound,
    Judge,
    Look,
    Work,
)
from consent.replies import Reply
from consent.verdicts import Verdict
from storage import schema
from storage.database import Database
from storage.forgetting import forget, is_forgotten
from storage.moments import to_store
from storage.queries import (
    blocked_of,
    standing_of,
)
from storage.rows import decision_of
from storage.turns import Turns
from storage.vault import Vault
from storage.writes import (
    insert_new,
    log_look,
)


class SqlLedger:
    """`consent.ports.Ledger` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep decisions in `database`, sealed by `vault`."""
        self._database = database
        self._vault = vault
        self._turns = Turns(database, vault)

    async def turn(self, inbound: Inbound, work: Work) -> Reply:
        """See `consent.ports.Ledger.turn`."""
        return await self._turns.take(inbound, work)

    async def consult(self, look: Look, judge: Judge) -> Verdict:
        """See `consent.ports.Ledger.consult`."""
        return await self._database.write(partial(self._consult, look, judge))

    async def forget(self, wanted: Forgetting, decide: Parting) -> int:
        """End what stands of a customer, then destroy what says who they are.

        :returns: how many decisions stay, without evidence.
        :raises ForgettingRefused: it cannot be done now, and nothing was changed.
        :raises StoreUnavailable: it must be tried again.
        """
        body = partial(forget, self._vault, wanted, decide)
        forgotten = await self._database.write(body)
        await self._database.scrub()
        return forgotten.decisions

    async def inspect(self, look: Look) -> tuple[tuple[Decision, ...], str, int]:
        """See `consent.ports.Ledger.inspect`."""
        return await self._database.write(partial(self._inspect, look))

    async def history(self, customer: CustomerId) -> tuple[Decision, ...]:
        """See `consent.ports.Ledger.history`."""
        return await self._database.read(partial(self._history, customer))

    async def customer_of(self, brand: str, address: Address) -> CustomerId | None:
        """Return the customer whom an address of a brand belongs to, if it is known."""
        return await self._database.read(partial(self._customer_of, brand, address))

    def _consult(self, look: Look, judge: Judge, connection: Connection) -> Verdict:
        customer = self._customer_of(look.brand, look.address, connection)
        if customer is None:
            digest = self._vault.address_hash(look.brand, look.address)
            return judge(None, Circumstances(forgotten=is_forgotten(digest, connection)))
        around = Circumstances(blocked=blocked_of(connection, customer))
        verdict = judge(standing_of(connection, customer), around)
        log_look(connection, look, customer, verdict.question.asked, verdict.reason.value)
        return verdict

    def _inspect(
        self, look: Look, connection: Connection
    ) -> tuple[tuple[Decision, ...], str, int]:
        customer = self._customer_of(look.brand, look.address, connection)
        if customer is None:
            return (), GENESIS, 0
        table = schema.customers
        query = select(table.c.head, table.c.length).where(table.c.customer_id == customer)
        head, length = connection.execute(query).one()
        log_look(connection, look, customer, "history", f"{length} decisions")
        return self._history(customer, connection), head, length

    def _customer_of(
        self, brand: str, address: Address, connection: Connection
    ) -> CustomerId | None:
        digest = self._vault.address_hash(brand, address)
        table = schema.addresses
        query = select(table.c.customer_id).where(table.c.address_hash == digest)
        found = connection.execute(query).scalar_one_or_none()
        return CustomerId(found) if found is not None else None

    def _history(self, customer: CustomerId, connection: Connection) -> tuple[Decision, ...]:
        owner = connection.execute(
            select(schema.customers).where(schema.customers.c.customer_id == customer)
        ).first()
        if owner is None:
            return ()
        wrapped = owner.wrapped_key
        seal = self._vault.data_key(customer, wrapped) if wrapped is not None else None
        table = schema.decisions
        rows = connection.execute(
            select(table).where(table.c.customer_id == customer).order_by(table.c.position)
        )
        return tuple(decision_of(row, seal) for row in rows)

    async def head_of(self, customer: CustomerId) -> str:
        """Return the newest hash of a customer's chain.

        :raises StoreUnavailable: there is no such customer, or no store.
        """
        column = schema.customers.c
        query = select(column.head).where(column.customer_id == customer)
        return await self._database.read(lambda c: str(c.execute(query).scalar_one()))

    async def register(self, notices: Sequence[tuple[Notice, str]], at: datetime) -> None:
        """Keep the exact text of every notice in use, word for word, for good."""
        rows = [
            {
                "fingerprint": notice.fingerprint,
                "code": notice.code,
                "brand": notice.brand,
                "purpose": notice.purpose,
                "language": notice.language,
                "form": notice.form.value,
                "version": notice.version,
                "text": text,
                "registered_at": to_store(at),
            }
            for notice, text in notices
        ]
        await self._database.write(lambda c: insert_new(c, schema.notices, rows))

    async def ping(self) -> None:
        """Say whether the store answers.

        :raises StoreUnavailable: it does not.
        """
        await self._database.read(lambda c: c.execute(select(schema.notices.c.code).limit(1)))

    async def notice_texts(self) -> dict[str, str]:
        """Return every text ever shown from this store, by fingerprint."""
        column = schema.notices.c
        query = select(column.fingerprint, column.text)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return {row.fingerprint: row.text for row in rows}
