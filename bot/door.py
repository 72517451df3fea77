"""One brand's Telegram door: from an update to the desk, and from its reply to the chat.

One customer's updates are answered one after the other, different customers' side by side. An
update counts as done when its answer was shown; whatever fails before that raises, so that
Telegram delivers it again, and the desk knows it by its id.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.callbacks import Press, unpack
from bot.events import Event, Pressed, Reach
from bot.inbound import Place, inbound_of
from bot.memory import Memory
from bot.messenger import Bubble, Keyboard, Messenger, Refused, Undelivered, Unreachable
from bot.presenting import Voices, bubbles
from bot.render import Part, render
from consent.errors import StoreUnavailable
from consent.ports import Inbound
from consent.replies import Message, Option, Repeated, Reply

_log = logging.getLogger("consent.telegram")

#: An update that fails this often for no reason we know is answered with an apology.
_ATTEMPTS = 5

Handle = Callable[[Inbound], Awaitable[Reply]]
NoteReach = Callable[[int, bool], Awaitable[None]]


class TelegramDoor:
    """The conversation of one brand's bot with all its customers."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        place: Place,
        handle: Handle,
        voices: Voices,
        messenger: Messenger,
        note_reach: NoteReach,
        now: Callable[[], datetime],
        default_language: str,
        memory: Memory | None = None,
    ) -> None:
        """Put the door together."""
        self._place = place
        self._brand = place.brand
        self._handle = handle
        self._voices = voices
        self._messenger = messenger
        self._note_reach = note_reach
        self._now = now
        self._default_language = default_language
        self._memory = memory or Memory()

    async def accept(self, event: Event) -> None:
        """Answer one update.

        :raises StoreUnavailable: nothing was changed; the update must come again.
        :raises Undelivered: the answer is not shown yet; the update must come again.
        """
        async with self._memory.turn(event.user):
            try:
                await self._accept(event)
            except Unreachable:
                await self._note_reach(event.user, False)  # noqa: FBT003

    async def _accept(self, event: Event) -> None:
        if isinstance(event, Reach):
            await self._note_reach(event.user, event.reachable)
            return
        if self._memory.is_done(event):
            return
        if isinstance(event, Pressed) and self._memory.is_double_tap(event, self._now()):
            await self._messenger.answer(event.press)
            return
        try:
            await self._converse(event)
        except (StoreUnavailable, Undelivered, Unreachable):
            raise
        except Refused:
            _log.error("an answer was refused by Telegram: brand=%s", self._brand)
        except Exception as fault:
            if self._memory.count_failure(event) < _ATTEMPTS:
                raise
            _log.critical("given up: brand=%s", self._brand, exc_info=fault)
            await self._apologise(event)
        self._memory.note_done(event, self._now())

    async def _apologise(self, event: Event) -> None:
        voice = self._voices(self._default_language)
        sorry = Reply(language=self._default_language, messages=(Message("error.failed"),))
        for part in render(sorry, voice):
            await self._send(event.user, bubbles(part, self._brand))

    async def _converse(self, event: Event) -> None:
        press = unpack(event.data) if isinstance(event, Pressed) else None
        inbound = inbound_of(event, press, place=self._place, now=self._now())
        reply = await self._handle(inbound)
        parts = render(reply, self._voices(reply.language))
        if reply.repeated is Repeated.OVERTAKEN:
            parts = await self._catch_up(inbound, parts)
        await self._show(event, press, parts)
        if isinstance(event, Pressed):
            await self._messenger.answer(event.press)

    async def _catch_up(self, inbound: Inbound, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Of an answer that is not the last word, show the receipts, then what stands now."""
        receipts = tuple(part for part in parts if part.kept)
        if not receipts:
            return ()
        menu = replace(
            inbound,
            message_id=f"{inbound.message_id}:menu",
            choice=Option(name="menu"),
            text=None,
            contact=None,
            remark=None,
        )
        reply = await self._handle(menu)
        return receipts + render(reply, self._voices(reply.language))

    async def _show(self, event: Event, press: Press | None, parts: tuple[Part, ...]) -> None:
        if not parts:
            return
        shown = [b for part in parts for b in bubbles(part, self._brand)]
        pressed = event.message if isinstance(event, Pressed) else None
        on_screen = pressed is not None and not (press and press.on_receipt)
        stays = not any(p.kept or p.keyboard is not Keyboard.KEEP for p in parts)
        if on_screen and stays and pressed is not None:
            message = await self._messenger.edit(event.user, pressed, shown[0])
            self._memory.note_screen(event.user, message, live=bool(shown[0].rows))
            shown = shown[1:]
        else:
            await self._retire(event.user, pressed)
        await self._send(event.user, shown)

    async def _retire(self, user: int, pressed: int | None) -> None:
        """Take the buttons off what was shown before: it says how things stood then."""
        for message in {pressed, self._memory.take_screen(user)}:
            if message is not None:
                await self._messenger.strip(user, message)

    async def _send(self, user: int, shown: list[Bubble]) -> None:
        for bubble in shown:
            message = await self._messenger.send(user, bubble)
            self._memory.note_screen(user, message, live=bool(bubble.rows))
