"""Letting staff in: a login and a password, or an invitation and a password of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from app.marketing.session import fresh
from consent.access import digest_of
from consent.ports import Clock
from consent.staff import ENTERED, Account, Entry, login_of, word_of
from marketing.passwords import Refusal, composed, refusal_of
from storage.passwords import Passwords
from storage.staff import SqlStaff
from storage.staff_sessions import SqlStaffSessions


class Refused(Enum):
    """Why nobody was let in; which part was wrong is nobody's business."""

    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in, with the secret of their new session."""

    secret: str


@dataclass(frozen=True, slots=True)
class Invited:
    """The word was an invitation: a password is to be chosen first."""

    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Checks who somebody is; every failure takes the same work and looks the same."""

    staff: SqlStaff
    sessions: SqlStaffSessions
    passwords: Passwords
    clock: Clock

    async def enter(self, login: str, word: str) -> Entered | Invited | Refused:
        """Let somebody in by their password, or see that they were invited.

        :raises TooBusy: too many are logging in; nothing was tried.
        :raises StoreUnavailable: nobody can be let in now.
        """
        async with self.passwords.turn() as turn:
            account = await self._tried(login)
            kept = account.password if account else None
            is_right = await turn.is_right(composed(word), kept)
        if account is None:
            return Refused.WRONG
        if is_right:
            return await self._let_in(account)
        if not account.is_invited_by(digest_of(word_of(word)), self.clock.now()):
            return Refused.WRONG
        await self.staff.forgive(account.id)
        return Invited(account.login)

    async def choose(self, login: str, word: str, password: str) -> Entered | Refusal | Refused:
        """Keep the password that somebody has chosen on an invitation, and let them in.

        :raises TooBusy: too many are logging in; nothing was tried.
        :raises StoreUnavailable: the invitation is still good.
        """
        async with self.passwords.turn() as turn:
            account = await self._tried(login)
            now = self.clock.now()
            if account is None or not account.is_invited_by(digest_of(word_of(word)), now):
                await turn.is_right(composed(password), None)
                return Refused.WRONG
            refusal = refusal_of(password, account.login, word)
            if refusal:
                await self.staff.forgive(account.id)
                return refusal
            kept = await turn.hashed(composed(password))
        chosen = Entry(self.clock.now(), _named(account), "chose a password", account.login)
        if not await self.staff.choose(account, kept, chosen):
            return Refused.WRONG
        return await self._let_in(replace(account, password=kept))

    async def leave(self, digest: str, login: str) -> None:
        """End a session.

        :raises StoreUnavailable: it goes on.
        """
        entry = Entry(self.clock.now(), f"staff:{login}", "left", login)
        await self.sessions.end(digest, entry)

    async def _tried(self, login: str) -> Account | None:
        """Return the account that is tried now; none where nothing would open it."""
        now = self.clock.now()
        found = await self.staff.attempt(login_of(login), Entry(now, "login page", "tried", ""))
        return found if found and found.is_open(now) else None

    async def _let_in(self, account: Account) -> Entered | Refused:
        secret = fresh()
        entry = Entry(self.clock.now(), _named(account), ENTERED, account.login)
        begun = await self.sessions.begin(digest_of(secret), account, entry)
        return Entered(secret) if begun else Refused.WRONG


def _named(account: Account) -> str:
    return f"staff:{account.login}"
