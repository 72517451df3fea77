"""`consent forget`: the person goes, the "no" stays."""

from __future__ import annotations

from datetime import UTC, datetime

from app.check_command import viewer
from app.settings import load_settings
from app.store import with_store
from consent.errors import SettingBroken
from consent.forgetting import Forgetting, parting
from consent.ports import Address
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.ids import SystemEntropy


def run_forget(address: Address, *, brand: str, reason: str) -> str:
    """Forget a customer, and say what stays.

    :raises ForgettingRefused: nobody is known by the address, or a case of theirs is open.
    :raises SettingBroken: no such brand, or no reason.
    """
    catalogue = load_catalogue(ROOT)
    if brand not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    if not reason.strip():
        raise SettingBroken("--reason must say who decided it and why, without a name")
    wanted = Forgetting(
        brand=brand,
        address=address,
        reason=reason.strip(),
        actor=viewer(),
        at=datetime.now(UTC),
    )
    stays = with_store(
        load_settings(catalogue),
        lambda store: store.ledger.forget(wanted, parting(wanted, SystemEntropy())),
    )
    return (
        f"Forgotten. {stays} decisions stay, without words or number; "
        "every check by what they were known by now answers: not allowed, erased."
    )
