"""Who may change whose account: one's own brand, never oneself, and an administrator stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.administration import (
    Asked,
    NotChanged,
    is_admin,
    is_shared,
    state_of,
    why_not_locked,
    why_not_roles,
    why_not_whole,
)
from consent.staff import Account, Entry, Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BRANDS = ("lmt", "amigo")
CARE = frozenset({Role.CARE})
ADMIN = frozenset({Role.ADMIN})


def account(name: str, **roles: frozenset[Role]) -> Account:
    """Return an account with these roles by brand."""
    return Account(id=name, login=name, created_at=NOW, roles=roles)


ANNA = account("anna", lmt=ADMIN)
BERTA = account("berta", lmt=CARE)


def asked(target: Account, by: Account = ANNA, brand: str = "lmt") -> Asked:
    """Return what somebody asks about an account as it stands."""
    return Asked(
        by=by.id,
        brand=brand,
        login=target.login,
        seen=state_of(target, brand),
        entry=Entry(NOW, f"staff:{by.login}", "granted", target.login),
    )


def test_an_administrator_changes_others_of_the_brand() -> None:
    """Roles, password and lock of those who belong to the brand alone."""
    ask = asked(BERTA)
    assert why_not_roles(ask, ANNA, BERTA, CARE | ADMIN) is None
    assert why_not_whole(ask, ANNA, BERTA) is None
    assert why_not_locked(ask, ANNA, BERTA) is None


@pytest.mark.parametrize(
    "actor",
    [
        pytest.param(None, id="nobody"),
        pytest.param(account("anna", lmt=frozenset(Role) - ADMIN), id="all roles but this"),
        pytest.param(account("anna", amigo=ADMIN, lmt=CARE), id="the other brand's"),
        pytest.param(replace(ANNA, disabled_at=NOW), id="locked meanwhile"),
    ],
)
def test_nobody_else_changes_anything(actor: Account | None) -> None:
    """Without the role, at this brand and now, nothing is done."""
    ask = asked(BERTA)
    answers = [
        why_not_roles(ask, actor, BERTA, CARE),
        why_not_whole(ask, actor, BERTA),
        why_not_locked(ask, actor, BERTA),
    ]
    assert [NotChanged.RIGHT] * 3 == answers


@pytest.mark.parametrize("target", [None, account("berta", amigo=CARE), account("berta")])
def test_the_other_brands_people_are_unknown(target: Account | None) -> None:
    """Who belongs to the other brand alone, to none, or does not exist: all the same."""
    ask = asked(BERTA)
    assert NotChanged.UNKNOWN == why_not_roles(ask, ANNA, target, CARE)
    assert NotChanged.UNKNOWN == why_not_locked(ask, ANNA, target)


def test_nobody_changes_themselves() -> None:
    """Neither a role given nor taken, no lock, no new password."""
    ask = asked(ANNA)
    assert NotChanged.OWN == why_not_roles(ask, ANNA, ANNA, frozenset(Role))
    assert NotChanged.OWN == why_not_locked(ask, ANNA, ANNA)
    assert NotChanged.OWN == why_not_whole(ask, ANNA, ANNA)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(replace(BERTA, roles={"lmt": CARE | ADMIN}), id="another role"),
        pytest.param(replace(BERTA, disabled_at=NOW), id="locked"),
        pytest.param(replace(BERTA, invited_until=NOW), id="invited"),
    ],
)
def test_what_was_shown_must_still_be_so(now: Account) -> None:
    """A form about an account that has changed since does nothing."""
    assert NotChanged.STALE == why_not_roles(asked(BERTA), ANNA, now, CARE)
    assert NotChanged.STALE == why_not_whole(asked(BERTA), ANNA, now)


def test_what_happens_elsewhere_is_no_change_here() -> None:
    """A role at the other brand, a log-in or a wrong password do not spoil an open form."""
    later = replace(BERTA, roles={"lmt": CARE, "amigo": CARE}, misses=3, entered_at=NOW)
    assert why_not_roles(asked(BERTA), ANNA, later, CARE) is None


def test_somebody_keeps_a_role_or_belongs_elsewhere() -> None:
    """The last role of all is not taken: that is a lock. Of two brands one can let go."""
    shared = account("berta", lmt=CARE, amigo=CARE)
    assert NotChanged.NO_ROLE == why_not_roles(asked(BERTA), ANNA, BERTA, frozenset())
    assert why_not_roles(asked(shared), ANNA, shared, frozenset()) is None
    assert (False, True) == (is_shared(BERTA, "lmt"), is_shared(shared, "lmt"))
    assert not is_shared(account("berta", lmt=CARE, amigo=frozenset()), "lmt")


def test_a_password_takes_an_administrator_of_every_brand() -> None:
    """Who could become somebody else must be administrator wherever they have roles."""
    shared = account("berta", lmt=CARE, amigo=CARE)
    both = account("anna", lmt=ADMIN, amigo=ADMIN)
    assert NotChanged.SHARED == why_not_whole(asked(shared), ANNA, shared)
    assert NotChanged.SHARED == why_not_locked(asked(shared), ANNA, shared)
    assert why_not_whole(asked(shared, both), both, shared) is None


def test_a_lock_is_set_once() -> None:
    """A locked account is not locked again, but can be invited."""
    locked = replace(BERTA, disabled_at=NOW)
    assert NotChanged.LOCKED == why_not_locked(asked(locked), ANNA, locked)
    assert why_not_whole(asked(locked), ANNA, locked) is None


_ROLES = st.frozensets(st.sampled_from(Role))
_CHANGES = st.tuples(
    st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from(BRANDS), _ROLES | st.none()
)


@given(
    st.fixed_dictionaries({name: st.tuples(_ROLES, _ROLES) for name in "abcd"}),
    st.lists(_CHANGES, max_size=20),
)
def test_whatever_is_asked_each_brand_keeps_an_administrator(
    people: dict[str, tuple[frozenset[Role], frozenset[Role]]],
    changes: list[tuple[str, str, str, frozenset[Role] | None]],
) -> None:
    """No row of changes leaves a brand without one, or reaches into a brand one has no say at."""
    accounts = {
        name: account(name, **dict(zip(BRANDS, given, strict=True)))
        for name, given in people.items()
    }
    had = {brand for brand in BRANDS if any(is_admin(a, brand) for a in accounts.values())}
    for by, whom, brand, roles in changes:
        actor, target = accounts[by], accounts[whom]
        ask = asked(target, actor, brand)
        if roles is None:
            refused = why_not_locked(ask, actor, target)
            after = replace(target, disabled_at=NOW + timedelta(1))
        else:
            refused = why_not_roles(ask, actor, target, roles)
            after = replace(target, roles={**target.roles, brand: roles})
        if refused is None:
            touched = {b for b in BRANDS if target.roles[b]} if roles is None else {brand}
            assert all(is_admin(actor, one) for one in touched)
            accounts[whom] = after
        for one in had:
            assert any(is_admin(a, one) for a in accounts.values())
