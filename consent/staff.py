"""Staff accounts: what a log-in is, how long a session lasts, and what wrong passwords cost.

A login name is no secret, a password is. An account begins with an invitation, a word that opens
it once within a day, so that nobody but its owner ever knows the password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

#: Letters, digits and what stands in an e-mail address.
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}", re.ASCII)
#: What the log says of a log-in; when it was is read from there.
ENTERED = "entered"
#: Of a customer, by their pseudonym: a copy was made, their data were erased.
EXPORTED, FORGOT = "exported", "forgot"
#: Of a whole brand: how all customers stand was written to a file; this log was read.
EXPORTED_STANDINGS, READ = "exported standings", "read the staff log"
INVITED_FOR = timedelta(hours=24)
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: A session's last use is noted at most so often.
NOTED_EVERY = timedelta(minutes=1)
#: Wrong passwords that cost nothing; each further one doubles the wait.
_FREE = 2
_MOST = 10
LOCKED_FOR = timedelta(minutes=15)


class Role(StrEnum):
    """What somebody does at a brand."""

    MARKETING = "marketing"
    CARE = "care"
    PRIVACY = "privacy"
    ADMIN = "admin"


#: By brand, the roles somebody has there.
Roles = Mapping[str, frozenset[Role]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may log in, or could."""

    id: str
    login: str
    created_at: datetime
    #: Argon2id in its own notation; none until the person has chosen one.
    password: str | None = field(default=None, repr=False)
    #: Of the word that lets them choose one.
    invitation: str | None = field(default=None, repr=False)
    invited_until: datetime | None = None
    disabled_at: datetime | None = None
    misses: int = 0
    locked_until: datetime | None = None
    #: When somebody last logged in with it, where that was asked for.
    entered_at: datetime | None = None
    roles: Roles = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """Say whether it may be tried now: neither disabled nor waiting, and some role."""
        waits = self.locked_until is not None and now < self.locked_until
        return self.disabled_at is None and not waits and bool(self.roles)

    def is_invited_by(self, digest: str, now: datetime) -> bool:
        """Say whether a word with this digest lets its owner choose a password."""
        in_time = self.invited_until is not None and now < self.invited_until
        return in_time and self.invitation == digest


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the staff log."""

    at: datetime
    actor: str
    action: str
    about: str


@dataclass(frozen=True, slots=True)
class Seated:
    """Whose a session is, and what they may do by now."""

    staff_id: str
    login: str
    roles: Roles


def login_of(said: str) -> str | None:
    """Return a login name as it is kept; nothing for what can be none."""
    name = said.strip().lower()
    return name if _LOGIN.fullmatch(name) else None


def wait_after(misses: int) -> timedelta:
    """Return how long nothing more is tried after so many wrong passwords in a row."""
    if misses >= _MOST:
        return LOCKED_FOR
    return timedelta(seconds=2 ** (misses - _FREE - 1)) if misses > _FREE else timedelta()


def word_of(said: str) -> str:
    """Return the word of an invitation as it was made, however it was typed."""
    return "".join(letter for letter in said.upper() if letter.isalnum())
