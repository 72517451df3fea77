"""One brand's Telegram door: from an update to the desk, and from its reply to the chat.

One customer's updates are answered one after the other, different customers' side by side. An
update counts as done when its answer was shown; whatever fails before that is tried again, by
Telegram (`accept`) or here (`insist`), and the desk knows it by its id.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.callbacks import Press, unpack
from bot.events import Event, Pressed, Reach
from bot.inbound import Place, inbound_of
from bot.memory import Memory
from bot.messenger import Bubble, Keyboard, Messenger, Refused, Undelivered, Unreachable
from bot.pacing import Time
from bot.presenting import Voices, bubbles
from bot.render import Part, render
from consent.errors import StoreUnavailable
from consent.ports import Inbound, Remark
from consent.replies import Message, Option, Repeated, Reply

_log = logging.getLogger("consent.telegram")

#: An update that fails this often for no reason we know is answered with an apology.
_ATTEMPTS = 5
#: Seconds between tries, and for how long an answer is tried to be shown.
_LONGEST_PAUSE, _LONGEST_WAIT = 30.0, 600.0
#: With more of one customer's updates waiting, screens are not shown one by one.
_CROWD = 5

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
        """Answer one update, or raise so that Telegram delivers it again.

        :raises StoreUnavailable: nothing was changed.
        :raises Undelivered: the answer is not shown yet.
        """
        async with self._memory.turn(event.user):
            await self._accept(event)

    async def insist(self, event: Event, clock: Time) -> None:
        """Answer one update, trying again until it is done; the customer's later ones wait.

        An answer that Telegram does not take for ten minutes is given up: what was decided is
        committed, what was asked counts as never asked.
        """
        async with self._memory.turn(event.user):
            waited, pause = 0.0, 1.0
            while not await self._is_settled(event, last=waited >= _LONGEST_WAIT):
                await clock.sleep(pause)
                waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE)

    async def _is_settled(self, event: Event, *, last: bool) -> bool:
        try:
            await self._accept(event)
        except Undelivered:
            if last:
                _log.error("an answer was given up: brand=%s", self._brand)
                await self._forget_question(event)
                self._memory.note_done(event, self._now())
            return last
        except Exception as fault:  # noqa: BLE001 - tried again, then apologised for
            _log.error("an update failed: brand=%s, %s", self._brand, type(fault).__name__)
            return False
        return True

    async def _accept(self, event: Event) -> None:
        if isinstance(event, Reach):
            if self._memory.is_news(event):
                await self._note_reach(event.user, event.reachable)
            return
        if self._memory.is_done(event) or self._memory.is_same_album(event):
            return
        if isinstance(event, Pressed) and self._memory.is_double_tap(event, self._now()):
            await self._messenger.answer(event.press)
            return
        try:
            await self._converse(event)
        except (StoreUnavailable, Undelivered):
            raise
        except Unreachable:
            await self._forget_question(event)
            await self._note_reach(event.user, False)  # noqa: FBT003
        except Refused:
            _log.error("an answer was refused by Telegram: brand=%s", self._brand)
            await self._forget_question(event)
        except Exception as fault:
            if self._memory.count_failure(event) < _ATTEMPTS:
                raise
            _log.critical("given up: brand=%s, %s", self._brand, type(fault).__name__)
            await self._apologise(event)
        self._memory.note_done(event, self._now())

    async def _apologise(self, event: Event) -> None:
        language = await self._forget_question(event)
        sorry = Reply(language=language, messages=(Message("error.failed"),))
        with suppress(Unreachable, Undelivered, Refused):
            for part in render(sorry, self._voices(language)):
                await self._send(event.user, bubbles(part, self._brand))

    async def _forget_question(self, event: Event) -> str:
        """A question that nobody saw is none: the next yes must not answer it (law 1).

        :returns: the customer's language.
        """
        inbound = inbound_of(event, None, place=self._place, now=self._now())
        try:
            reply = await self._handle(_instead(inbound, "unseen", remark=Remark.UNSEEN))
        except StoreUnavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - the same that brought us here, most likely
            _log.error("a question stays open: brand=%s, %s", self._brand, type(fault).__name__)
            return self._default_language
        return reply.language

    async def _converse(self, event: Event) -> None:
        press = unpack(event.data) if isinstance(event, Pressed) else None
        inbound = inbound_of(event, press, place=self._place, now=self._now())
        reply = await self._handle(inbound)
        parts = render(reply, self._voices(reply.language))
        if reply.repeated is Repeated.OVERTAKEN:
            parts = await self._catch_up(inbound, parts)
        if self._memory.waiting(event.user) > _CROWD:
            # More is waiting than a chat can be shown: receipts only, and no question asked.
            parts = tuple(part for part in parts if part.kept)
            await self._forget_question(event)
        await self._show(event, press, parts)
        if isinstance(event, Pressed):
            await self._messenger.answer(event.press)

    async def _catch_up(self, inbound: Inbound, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Of an answer that is not the last word, show the receipts, then what stands now."""
        receipts = tuple(p for p in parts if p.kept and p.keyboard is Keyboard.KEEP)
        if not receipts:
            return ()
        # Each time anew: a menu that was kept would be an old screen too.
        moment = f"menu{self._now().timestamp():.6f}"
        reply = await self._handle(_instead(inbound, moment, choice=Option(name="menu")))
        return receipts + render(reply, self._voices(reply.language))

    async def _show(self, event: Event, press: Press | None, parts: tuple[Part, ...]) -> None:
        if not parts:
            return
        shown = [b for part in parts for b in bubbles(part, self._brand)]
        pressed = event.message if isinstance(event, Pressed) else None
        newest = self._memory.screen(event.user)
        on_screen = pressed is not None and not (press and press.on_receipt)
        on_screen = on_screen and newest in {None, pressed}
        stays = not any(p.kept or p.keyboard is not Keyboard.KEEP for p in parts)
        if on_screen and stays and pressed is not None:
            shown = await self._change(event.user, pressed, shown)
        else:
            await self._retire(event.user, pressed)
        await self._send(event.user, shown)

    async def _change(self, user: int, message: int, shown: list[Bubble]) -> list[Bubble]:
        """Change a screen in place; return what is still to be sent."""
        try:
            changed = await self._messenger.edit(user, message, shown[0])
        except Refused:
            # It cannot be changed, for whatever reason; the answer is shown all the same.
            return shown
        self._memory.note_screen(user, changed, live=bool(shown[0].rows))
        return shown[1:]

    async def _retire(self, user: int, pressed: int | None) -> None:
        """Take the buttons off what was shown before: it says how things stood then."""
        for message in {pressed, self._memory.take_screen(user)}:
            if message is not None:
                with suppress(Refused):
                    await self._messenger.strip(user, message)

    async def _send(self, user: int, shown: list[Bubble]) -> None:
        for bubble in shown:
            message = await self._messenger.send(user, bubble)
            self._memory.note_screen(user, message, live=bool(bubble.rows))


def _instead(
    inbound: Inbound, suffix: str, *, choice: Option | None = None, remark: Remark | None = None
) -> Inbound:
    """Return another message of the same customer, caused by this one."""
    return replace(
        inbound,
        message_id=f"{inbound.message_id}:{suffix}",
        choice=choice,
        remark=remark,
        text=None,
        contact=None,
    )
