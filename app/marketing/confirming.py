"""Asking somebody who has logged in for their password once more, before what matters.

So an unlocked screen or a stolen session gives nobody a right or a way in. A wrong password counts
as one at the log-in does, and the account waits as it does there.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.ports import Clock
from consent.staff import Entry
from marketing.access import StaffSession
from marketing.passwords import composed
from storage.passwords import Passwords, TooBusy
from storage.staff import SqlStaff


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirming:
    """Checks that whoever has a session has its owner's password too."""

    staff: SqlStaff
    passwords: Passwords
    clock: Clock

    async def fault(self, session: StaffSession, password: str) -> str:
        """Return what is wrong with a password, as the pages call it; nothing if it is right.

        :raises StoreUnavailable: nothing was tried.
        """
        try:
            return "" if await self.is_right(session, password) else "password"
        except TooBusy:
            return "busy"

    async def is_right(self, session: StaffSession, password: str) -> bool:
        """Say whether this is the password of whoever asks.

        :raises TooBusy: too many passwords are being checked; nothing was tried.
        :raises StoreUnavailable: nothing was tried.
        """
        now = self.clock.now()
        async with self.passwords.turn() as turn:
            account = await self.staff.attempt(
                session.login, Entry(now, session.viewer, "tried", "")
            )
            kept = account.password if account and account.is_open(now) else None
            is_right = await turn.is_right(composed(password), kept)
        if is_right:
            await self.staff.forgive(session.staff_id)
        return is_right
