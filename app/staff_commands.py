"""`consent staff …`: who may look, and at which brand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from app.check_command import viewer
from app.invitations import fresh_word
from app.settings import load_settings
from app.store import with_store
from consent.access import digest_of
from consent.catalogue import BrandId
from consent.errors import ConsentError, SettingBroken
from consent.staff import INVITED_FOR, Account, Entry, Role, login_of, word_of
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.ids import uuid7
from storage.staff import SqlStaff

_T = TypeVar("_T")


class StaffRefused(ConsentError):
    """This cannot be done to the account."""

    code = "staff"


def add_staff(login: str, *, brand: str, roles: list[str]) -> list[str]:
    """Make an account; return its invitation, which is shown this once.

    :raises SettingBroken: no such brand or role, or a login that can be none.
    :raises StaffRefused: somebody has this login.
    """
    name, now, word = _login(login), datetime.now(UTC), fresh_word()
    given = frozenset(_roles(brand, roles))
    account = Account(
        id=uuid7(now),
        login=name,
        created_at=now,
        invitation=digest_of(word_of(word)),
        invited_until=now + INVITED_FOR,
        roles={brand: given},
    )
    about = f"{name} {brand} {' '.join(sorted(given))}"
    if not _with_staff(lambda staff: staff.add(account, _entry("added", about, now))):
        raise StaffRefused(
            f"{name} has an account already: `consent staff grant` gives it a role, "
            "`consent staff reset` a new invitation"
        )
    return _invitation(name, word, now)


def list_staff() -> list[str]:
    """Return a line for each account: login, roles by brand, and how it stands."""
    now = datetime.now(UTC)
    return [_line(account, now) for account in _with_staff(lambda staff: staff.all())]


def change_role(login: str, *, brand: str, role: str, give: bool) -> bool:
    """Give or take a role; say whether that changed anything.

    :raises SettingBroken: no such brand or role.
    :raises StaffRefused: nobody has this login.
    """
    (chosen,) = _roles(brand, [role])

    async def change(staff: SqlStaff) -> bool:
        account = await _found(staff, login)
        about = f"{account.login} {brand} {chosen}"
        if give:
            return await staff.grant(account.id, brand, chosen, _entry("granted", about))
        return await staff.revoke(account.id, brand, chosen, _entry("revoked", about))

    return _with_staff(change)


def disable_staff(login: str) -> bool:
    """Close an account and end its sessions; say whether it was open.

    :raises StaffRefused: nobody has this login.
    """

    async def change(staff: SqlStaff) -> bool:
        account = await _found(staff, login)
        return await staff.disable(account.id, _entry("disabled", account.login))

    return _with_staff(change)


def reset_staff(login: str) -> list[str]:
    """End an account's password and sessions; return a new invitation.

    :raises StaffRefused: nobody has this login.
    """
    now, word = datetime.now(UTC), fresh_word()

    async def change(staff: SqlStaff) -> str:
        account = await _found(staff, login)
        entry = _entry("reset", account.login, now)
        await staff.invite(account.id, digest_of(word_of(word)), now + INVITED_FOR, entry)
        return account.login

    return _invitation(_with_staff(change), word, now)


def _with_staff(work: Callable[[SqlStaff], Awaitable[_T]]) -> _T:
    settings = load_settings(load_catalogue(ROOT))
    return with_store(settings, lambda store: work(SqlStaff(store.database)))


async def _found(staff: SqlStaff, login: str) -> Account:
    account = await staff.find(_login(login))
    if account is None:
        raise StaffRefused("nobody has this login; `consent staff list` shows all")
    return account


def _login(said: str) -> str:
    name = login_of(said)
    if name is None:
        raise SettingBroken(
            "LOGIN must have 2 to 64 letters a-z, digits or . _ - @ +, "
            "and begin with a letter or a digit"
        )
    return name


def _roles(brand: str, roles: list[str]) -> list[Role]:
    brands = load_catalogue(ROOT).brands
    if BrandId(brand) not in brands:
        raise SettingBroken(f"--brand must be one of {', '.join(brands)}")
    unknown = [role for role in roles if role not in set(Role)]
    if unknown or not roles:
        raise SettingBroken(f"--role must be one of {', '.join(Role)}")
    return [Role(role) for role in roles]


def _entry(action: str, about: str, at: datetime | None = None) -> Entry:
    return Entry(at or datetime.now(UTC), viewer(), action, about)


def _invitation(login: str, word: str, now: datetime) -> list[str]:
    until = now + INVITED_FOR
    return [
        f"Login:      {login}",
        f"Invitation: {word}",
        f"Good once, until {until:%Y-%m-%d %H:%M} UTC, at /marketing/login; shown this once.",
    ]


def _line(account: Account, now: datetime) -> str:
    given = [f"{brand}:{','.join(sorted(roles))}" for brand, roles in account.roles.items()]
    return f"{account.login}  {' '.join(sorted(given)) or 'no role'}  {_state(account, now)}"


def _state(account: Account, now: datetime) -> str:
    if account.disabled_at:
        return f"disabled {account.disabled_at:%Y-%m-%d}"
    if account.invited_until:
        ended = "invitation ended" if account.invited_until <= now else "invited until"
        return f"{ended} {account.invited_until:%Y-%m-%d %H:%M} UTC"
    waits = account.locked_until is not None and now < account.locked_until
    return f"locked until {account.locked_until:%H:%M} UTC" if waits else "good"
