"""A desk for processes of their own: nothing is loaded that hearing a STOP does not need."""

from __future__ import annotations

from consent.desk import ConsentDesk, House
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from locales.notice_lock import read_lock
from storage.database import Database
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from storage.vault import Vault
from tests.builders import MovableClock

VAULT = Vault(b"k" * 32)
CLOCK = MovableClock()


def lone_desk(database: Database) -> ConsentDesk:
    """Return a desk in front of a database."""
    catalogue = load_catalogue(ROOT)
    lexicon = load_lexicon(ROOT, catalogue)
    house = House(catalogue=catalogue, notices=read_lock(ROOT), lexicon=lexicon)
    return ConsentDesk(house, SqlLedger(database, VAULT), CLOCK, SystemEntropy())


def stop(message_id: str, number: int = 0) -> Inbound:
    """Return a STOP by SMS from one of many numbers."""
    return Inbound(
        brand="lmt",
        door="sms",
        address=Address(AddressKind.MSISDN, f"+3712{number:07}"),
        message_id=message_id,
        received_at=CLOCK.now(),
        proof=Proof(kind="sms", level=1),
        form=Form.SMS,
        choice=Option(name="withdraw_all", scope="marketing"),
    )
