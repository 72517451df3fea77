"""All pages behind the log-in, put together."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from app.composition import Assistant
from app.list_check_desk import ListDesk
from app.marketing.cases import CasePages
from app.marketing.customer import CustomerPages
from app.marketing.lists import ListPages
from app.marketing.looks import look_routes
from app.marketing.number import NumberPage
from app.marketing.overview import overview_routes
from app.marketing.session import StaffDoor
from app.marketing.staff_log import staff_log_routes
from app.marketing.texts import text_routes
from app.store import Store
from consent.states import Lens
from marketing.audience import Audience
from marketing.overview import Overviews
from storage.audience import SqlCrowd
from storage.checking import SqlChecking
from storage.looks import SqlLooks
from storage.one_customer import SqlOneCustomer
from storage.overview import SqlTallies
from storage.staff_log import SqlStaffLog


def staff_pages(
    door: StaffDoor, assistant: Assistant, store: Store, desk: ListDesk
) -> list[ControllerRouterHandler]:
    """Return the routes of every page; each lets in whoever has its right."""

    def lens(brand: str) -> Lens:
        return assistant.house.lens(brand, assistant.clock.now())

    crowd = SqlCrowd(store.database)
    overviews = Overviews(
        Audience(crowd, lens),
        crowd,
        SqlTallies(store.database, assistant.catalogue.timezone),
        lens,
    )
    numbers = NumberPage(door, assistant, SqlChecking(store.database, store.vault), store.ledger)
    return [
        *overview_routes(door, assistant, overviews),
        *numbers.routes(),
        *CustomerPages(door, assistant, SqlOneCustomer(store.database, store.vault)).routes(),
        *ListPages(door, assistant, desk).routes(),
        *text_routes(door, assistant),
        *CasePages(door, assistant, store.cases).routes(),
        *look_routes(door, assistant, SqlLooks(store.database, store.vault)),
        *staff_log_routes(door, assistant, SqlStaffLog(store.database)),
    ]
