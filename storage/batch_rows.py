"""The rows of a batch: what is written of each customer, gathered by table."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from consent.batch_ports import PROOF_KIND, PROOF_LEVEL, Deeds
from consent.batches import Entry
from consent.chain import GENESIS
from consent.decisions import CustomerId
from storage.rows import decision_row, own_case_row, record_row
from storage.vault import Root, Seal, Vault
from storage.writes import feed_row


class BatchRows:
    """Rows to be written, by table; all rows of a table have the same columns."""

    def __init__(self, vault: Vault, at: int) -> None:
        """Begin with none.

        :param at: the moment of recording, as the store keeps it.
        """
        self._vault = vault
        self.at = at
        self.by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add_customer(
        self, customer: CustomerId, entry: Entry, digest: str, root: Root
    ) -> tuple[dict[str, Any], Seal]:
        """Add somebody new and their address; return their row, and what seals their values.

        :param digest: of the address in `entry`.
        :param root: see `Vault.new_data_key`.
        """
        wrapped, seal = self._vault.new_data_key(customer, root)
        row = {
            "customer_id": customer,
            "brand": entry.brand,
            "created_at": self.at,
            "wrapped_key": wrapped,
            "head": GENESIS,
            "length": 0,
        }
        self.by_table["customers"].append(row)
        self.by_table["addresses"].append(
            {
                "address_hash": digest,
                "customer_id": customer,
                "brand": entry.brand,
                "kind": entry.address.kind.value,
                "sealed_address": seal.close(entry.address.value.encode(), f"address:{digest}"),
                "proof_kind": PROOF_KIND,
                "proof_level": PROOF_LEVEL,
                "proven_at": self.at,
            }
        )
        return row, seal

    def add_settled(
        self, customer: CustomerId, deeds: Deeds, entry: Entry, digest: str, root: Root
    ) -> Seal:
        """Add somebody new with what was decided of them; return what seals their values."""
        row, seal = self.add_customer(customer, entry, digest, root)
        row |= {"head": deeds.head, "length": deeds.length}
        self.add_decisions(customer, deeds, seal)
        return seal

    def add_decisions(self, customer: CustomerId, deeds: Deeds, seal: Seal) -> None:
        """Add what was decided of a customer, at least one decision."""
        rows = self.by_table
        rows["decisions"] += [decision_row(decision, seal) for decision in deeds.decisions]
        rows["standing"] += [record_row(customer, s, r) for s, r in deeds.records.items()]
        rows["outbox"].append(feed_row(deeds.decisions))
        brand = deeds.decisions[0].brand
        rows["cases"] += [own_case_row(case, customer, brand) for case in deeds.cases]
