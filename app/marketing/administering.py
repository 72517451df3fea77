"""The pages of a brand's administrators: accounts and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.composition import Assistant
from app.marketing.accounts import AccountPages
from app.marketing.confirming import Confirming
from app.marketing.session import StaffDoor
from app.marketing.tokens import TokenPages
from app.store import Store
from storage.passwords import Passwords
from storage.staff import SqlStaff
from storage.staff_changes import SqlStaffChanges
from storage.token_changes import SqlTokenChanges

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler


def admin_routes(
    door: StaffDoor, assistant: Assistant, store: Store, passwords: Passwords
) -> list[HTTPRouteHandler]:
    """Return the routes of these pages.

    :param passwords: what the log-in works with too: all wait in one line.
    """
    confirming = Confirming(
        staff=SqlStaff(store.database), passwords=passwords, clock=assistant.clock
    )
    accounts = AccountPages(door, assistant, SqlStaffChanges(store.database), confirming)
    tokens = TokenPages(door, assistant, SqlTokenChanges(store.database), confirming)
    return [*accounts.routes(), *tokens.routes()]
