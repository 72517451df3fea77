"""Opening the staff's door: the log-in, the frame's files, and all pages behind them."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from app.composition import Assistant
from app.list_check_desk import ListDesk
from app.list_check_keeping import open_list_desk
from app.marketing.administering import admin_routes
from app.marketing.login import login_routes
from app.marketing.pages import staff_pages
from app.marketing.reception import Reception
from app.marketing.session import StaffDoor
from app.settings import Settings
from app.store import Store
from storage.passwords import Cost, Passwords
from storage.staff import SqlStaff
from storage.staff_sessions import SqlStaffSessions


def staff_routes(
    assistant: Assistant,
    store: Store,
    settings: Settings,
    lists: ListDesk | None = None,
    cost: Cost | None = None,
) -> list[ControllerRouterHandler]:
    """Return the log-in and every page of the staff.

    :param lists: where lists are checked for others too; none: for these pages alone.
    :param cost: of a password's hash.
    """
    sessions = SqlStaffSessions(store.database)
    door = StaffDoor(assistant, sessions, settings)
    passwords = Passwords(cost)
    reception = Reception(
        staff=SqlStaff(store.database),
        sessions=sessions,
        passwords=passwords,
        clock=assistant.clock,
    )
    lists = lists or open_list_desk(assistant, store, settings)
    return [
        door.frame.asset_route(),
        *login_routes(door, reception),
        door.router(
            *staff_pages(door, assistant, store, lists),
            *admin_routes(door, assistant, store, passwords),
        ),
    ]
