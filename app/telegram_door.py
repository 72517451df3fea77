"""The Telegram doors of all brands that have a token: polling, or a webhook at a public address.

This module is imported only where there is a token: the client library costs a second and
70 MB, which nobody pays who has no bot.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from app.composition import Assistant
from app.own_data_desk import files_of
from app.settings import Settings
from app.store import Store
from app.telegram_profile import profile_of
from bot.callbacks import check_ids
from bot.courier import Courier
from bot.door import TelegramDoor
from bot.events import Event
from bot.inbound import Place
from bot.messenger import Undelivered
from bot.pacing import SystemTime, Time
from bot.render import Speaker
from bot.transport.line import Line
from bot.updates import Unreadable, parse, press_id_of
from consent.catalogue import BrandId
from consent.errors import SettingBroken, StoreUnavailable
from consent.notices import Form
from consent.ports import Address, AddressKind

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_log = logging.getLogger("consent.telegram")

_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
_LARGEST_BODY = 1 << 20
_RETRY = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandBot:
    """One brand's bot, ready to be run."""

    brand: str
    secret: str = field(repr=False)
    line: Line
    door: TelegramDoor
    courier: Courier
    clock: Time

    async def accept(self, raw: Mapping[str, Any]) -> None:
        """Answer one update as Telegram wrote it; what nobody could read is left aside.

        :raises StoreUnavailable: nothing was changed.
        :raises Undelivered: the answer is not shown yet.
        """
        if event := await self._read(raw):
            await self.door.accept(event)
            self.courier.follow()

    async def insist(self, raw: Mapping[str, Any]) -> None:
        """Answer one update, however often it must be tried."""
        if event := await self._read(raw):
            await self.door.insist(event, self.clock)
            self.courier.follow()

    async def _read(self, raw: Mapping[str, Any]) -> Event | None:
        event = None
        try:
            event = parse(raw)
        except Unreadable as fault:
            _log.warning("an update could not be read: brand=%s, %s", self.brand, fault)
        if event is None and (press := press_id_of(raw)):
            await self.line.messenger.answer(press)
        return event


class Bots:
    """All bots of this process."""

    def __init__(
        self, assistant: Assistant, store: Store, settings: Settings, clock: Time | None = None
    ) -> None:
        """Make a bot for every brand with a token; nothing is sent yet.

        :raises CatalogueBroken: an id of the catalogue fits no button.
        """
        check_ids(assistant.catalogue)
        self._assistant = assistant
        self._settings = settings
        self._time = clock or SystemTime()
        self._known: set[str] = set()
        self._bots = {
            brand: self._make(store, brand)
            for brand, found in settings.telegram.items()
            if found.present
        }

    def _make(self, store: Store, brand: str) -> BrandBot:
        found = self._settings.telegram[brand]
        line = Line(found.token, self._settings.telegram_api_url or None, self._time)
        assistant, now = self._assistant, self._assistant.clock.now
        default = assistant.catalogue.brands[BrandId(brand)].default_language
        place = Place(
            brand=brand,
            door="telegram",
            purposes=frozenset(p.id for p in assistant.catalogue.purposes),
        )

        def voices(language: str) -> Speaker:
            return assistant.wording(brand, language, Form.CHAT)

        async def note_reach(user: int, reachable: bool) -> None:  # noqa: FBT001
            address = Address(AddressKind.TELEGRAM, str(user))
            await store.outbox.note_reach(brand, address, None if reachable else now())

        courier = Courier(
            brand=brand,
            outbox=store.outbox,
            messenger=line.messenger,
            voices=voices,
            now=now,
            default_language=default,
            files=files_of(assistant, store.own_data),
        )
        door = TelegramDoor(
            place=place,
            handle=courier.hearing(assistant.desk.handle),
            voices=voices,
            messenger=line.messenger,
            note_reach=note_reach,
            now=now,
            default_language=default,
        )
        return BrandBot(
            brand=brand,
            secret=found.secret,
            line=line,
            door=door,
            courier=courier,
            clock=self._time,
        )

    async def introduce(self) -> None:
        """Check every token and set each bot's texts; who cannot be asked now is asked later.

        :raises SettingBroken: Telegram does not know a token, or refuses the address.
        """
        for bot in self._bots.values():
            try:
                await self._introduce(bot)
            except Undelivered as fault:
                _log.warning("Telegram does not answer yet: brand=%s, %s", bot.brand, fault)
            except SettingBroken:
                await self._close()
                raise

    async def _close(self) -> None:
        for bot in self._bots.values():
            await bot.line.close()

    async def _introduce(self, bot: BrandBot) -> None:
        await bot.line.introduce(profile_of(self._assistant, bot.brand))
        if self._settings.public_url:
            url = f"{self._settings.public_url}/telegram/{bot.brand}"
            await bot.line.open_webhook(url, bot.secret)
        self._known.add(bot.brand)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Receive and carry until left; what is being answered comes to its end."""
        jobs = [job for bot in self._bots.values() for job in self._jobs(bot)]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close()

    def _jobs(self, bot: BrandBot) -> list[Coroutine[Any, Any, None]]:
        jobs = [bot.courier.run()]
        if bot.brand not in self._known:
            jobs.append(self._keep_introducing(bot))
        if not self._settings.public_url:
            jobs.append(bot.line.poll(bot.insist))
        return jobs

    async def _keep_introducing(self, bot: BrandBot) -> None:
        while bot.brand not in self._known:
            await self._time.sleep(_RETRY)
            try:
                await self._introduce(bot)
            except Undelivered as fault:
                _log.warning("Telegram does not answer yet: brand=%s, %s", bot.brand, fault)
            except SettingBroken as fault:
                _log.critical("a bot cannot work: brand=%s, %s", bot.brand, fault)

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the webhook; none while updates are polled."""
        bots = self._bots

        @post(
            "/telegram/{brand:str}",
            status_code=200,
            request_max_body_size=_LARGEST_BODY,
            include_in_schema=False,
        )
        async def receive(
            request: Request[Any, Any, Any], brand: FromPath[str]
        ) -> Response[bytes]:
            bot = bots.get(brand)
            if bot is None:
                raise NotFoundException
            said = request.headers.get(_SECRET, "")
            if not compare_digest(said.encode(), bot.secret.encode()):
                _log.warning("refused an update without the secret: brand=%s", brand)
                return Response(b"", status_code=403)
            return await _receive(bot, await request.body())

        return [receive] if self._settings.public_url else []


async def _receive(bot: BrandBot, body: bytes) -> Response[bytes]:
    """Answer 2xx only once the customer has the answer: all else is delivered again."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return Response(b"", status_code=400)
    if not isinstance(raw, dict):
        return Response(b"", status_code=400)
    try:
        await bot.accept(raw)
    except StoreUnavailable as fault:
        _log.error("the store cannot be reached: %s", fault.detail)
        return Response(b"", status_code=503)
    except Undelivered:
        return Response(b"", status_code=503)
    return Response(b"")
