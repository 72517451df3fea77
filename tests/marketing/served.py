"""The door on a socket, for clients that know nothing of our loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from app.composition import register_notices
from app.rate_limits import Quota, Quotas
from tests.marketing.list_stage import Lists
from tests.marketing.sockets import Hold, beside, on_a_socket
from tests.marketing.stage import Stage, number, staged

#: Nothing is refused for being too much.
_GENEROUS = Quotas(**{one.name: Quota(name=one.name, most=10**6) for one in fields(Quotas)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where it is, what lets in, and what stands in its paths."""

    url: str
    headers: dict[str, str]
    #: A case and a list check there is, by the names that paths have for them.
    names: dict[str, str]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Return a door with some customers behind it, served by a thread until left."""

    async def serve(hold: Hold[Served]) -> None:
        async with staged(folder, quotas=_GENEROUS) as stage:
            headers, names = await _settled(stage, folder)
            app = stage.client._app  # type: ignore[attr-defined]
            async with on_a_socket(app) as url:
                await hold(Served(url=url, headers=headers, names=names))

    with beside(serve) as found:
        yield found


async def _settled(stage: Stage, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    await register_notices(stage.assistant, stage.store.ledger)
    await stage.give(number(), "offers", "sms")
    await stage.give("+123456789", "offers", "sms")
    await stage.says(number(), "I want to talk to a person", "m1")
    (filed,) = await stage.store.cases.waiting("lmt")
    headers = await stage.token()
    checked = await Lists(stage, headers, folder / "lists").checked(f"phone\n{number()}\n")
    return headers, {"reference": filed.case.id, "check_id": checked["id"], "name": "allowed"}
