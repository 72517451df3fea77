"""Who may look: the roles that staff have at each brand, and what each role opens.

A person may have several roles at several brands. A right at one brand is none at another: whoever
asks names the brand, and without a role there sees nothing of it (law 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from consent.staff import Role, Roles

__all__ = ["RIGHTS", "Right", "Role", "Roles", "StaffSession", "may", "rights_of"]


class Right(StrEnum):
    """What may be done at a brand; each page and each button needs one."""

    #: Overview: counts, no group below ten.
    COUNTS = "counts"
    #: Check a number: may we, and why.
    VERDICT = "verdict"
    #: Check a list, and see past checks.
    LISTS = "lists"
    #: Texts in all languages and versions.
    TEXTS = "texts"
    #: Numbers in full; without it they are masked.
    NUMBERS = "numbers"
    #: One customer's standings and short history, with a stated reason.
    STANDING = "standing"
    #: The whole history, with its evidence.
    HISTORY = "history"
    #: A customer's data as a file.
    EXPORT = "export"
    #: Forget a customer.
    FORGET = "forget"
    #: What waits for a person.
    CASES = "cases"
    #: Who looked at whom.
    ACCESS_LOG = "access_log"
    #: Who did what to accounts, tokens and customers' data.
    STAFF_LOG = "staff_log"
    #: Accounts and roles.
    STAFF = "staff"
    #: Ways in for other systems.
    TOKENS = "tokens"


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.MARKETING: frozenset({Right.COUNTS, Right.VERDICT, Right.LISTS, Right.TEXTS}),
    Role.CARE: frozenset({Right.VERDICT, Right.TEXTS, Right.NUMBERS, Right.STANDING, Right.CASES}),
    Role.PRIVACY: frozenset(
        {
            Right.COUNTS,
            Right.VERDICT,
            Right.TEXTS,
            Right.NUMBERS,
            Right.STANDING,
            Right.HISTORY,
            Right.EXPORT,
            Right.FORGET,
            Right.CASES,
            Right.ACCESS_LOG,
            Right.STAFF_LOG,
        }
    ),
    # Who gives rights sees no customer by that alone.
    Role.ADMIN: frozenset({Right.TEXTS, Right.STAFF, Right.TOKENS, Right.STAFF_LOG}),
}


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Return what roles open together."""
    return frozenset().union(*(RIGHTS[role] for role in roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """Somebody who has logged in, for one request: what they may is read anew for each."""

    staff_id: str
    login: str
    roles: Roles
    #: The brand this request is about; always one of theirs.
    brand: str
    #: The language they read: lv, ru or en.
    language: str
    #: What every form of theirs must carry along.
    csrf: str = field(repr=False)

    @property
    def brands(self) -> tuple[str, ...]:
        """The brands they have any role at, in their order."""
        return tuple(brand for brand, roles in self.roles.items() if roles)

    @property
    def viewer(self) -> str:
        """What the read log calls them."""
        return f"staff:{self.login}"

    def may(self, right: Right, brand: str | None = None) -> bool:
        """Say whether they may do this at a brand; at this request's unless another is named."""
        asked = self.brand if brand is None else brand
        return right in rights_of(self.roles.get(asked, frozenset()))


def may(session: StaffSession, brand: str, right: Right) -> bool:
    """Say whether somebody may do this at a brand."""
    return session.may(right, brand)
