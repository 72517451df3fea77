"""Every right, role and brand: who may look at what, and that nobody sees the other brand's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import chain, combinations
from pathlib import Path

import pytest

from consent.staff import Role
from marketing.access import RIGHTS, Right, StaffSession, may
from tests.marketing.staff_stage import StaffStage, staffed

#: As the people who answer for it read it: rights by role. Changed here only with their word.
TABLE = {
    Role.MARKETING: "counts verdict lists texts",
    Role.CARE: "verdict texts numbers standing cases",
    Role.PRIVACY: "counts verdict texts numbers standing history export forget cases access_log"
    " staff_log",
    Role.ADMIN: "texts staff tokens staff_log",
}
SETS = list(chain.from_iterable(combinations(Role, n) for n in range(len(Role) + 1)))


def _session(roles: dict[str, frozenset[Role]], brand: str = "lmt") -> StaffSession:
    return StaffSession(
        staff_id="1", login="anna", roles=roles, brand=brand, language="lv", csrf="secret"
    )


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[StaffStage]:
    """Return a staff door on this machine."""
    async with staffed(tmp_path) as found:
        yield found


def test_the_table_is_the_table() -> None:
    """Each role opens what was agreed, and every right is somebody's."""
    assert {role: frozenset(map(Right, said.split())) for role, said in TABLE.items()} == RIGHTS
    assert set(Right) == set().union(*RIGHTS.values())


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("roles", SETS, ids=lambda roles: "+".join(roles) or "none")
def test_roles_add_up_and_stay_at_their_brand(roles: tuple[Role, ...], right: Right) -> None:
    """Some role at the brand opens it, or nothing does; at the other brand nothing at all."""
    session = _session({"lmt": frozenset(roles), "amigo": frozenset()})
    wanted = any(right in TABLE[role].split() for role in roles)
    assert (wanted, wanted) == (session.may(right), may(session, "lmt", right))
    assert (False, False) == (session.may(right, "amigo"), may(session, "nowhere", right))
    assert ("lmt",) * bool(roles) == session.brands


def test_a_session_says_nothing_secret() -> None:
    """Printed or logged, it names a person and no token."""
    assert "secret" not in repr(_session({}))
    assert "staff:anna" == _session({}).viewer


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("brand", ["lmt", "amigo"])
async def test_every_page_with_every_role(stage: StaffStage, role: Role, brand: str) -> None:
    """Only a right at the brand opens a page; all of the other brand is forbidden."""
    await stage.account(roles={brand: frozenset({role})})
    other = {"lmt": "amigo", "amigo": "lmt"}[brand]
    async with stage.logged_in() as browser:
        token = await browser.csrf(f"/marketing/probe/counts?brand={other}")
        for right in Right:
            page = f"/marketing/probe/{right}"
            wanted = 200 if right in TABLE[role].split() else 403
            for path in (page, f"{page}?brand={brand}"):
                looked, sent = await browser.get(path), await browser.post(path, csrf=token)
                assert [wanted, wanted] == [looked.status_code, sent.status_code]
                assert wanted == 403 or f"anna at {brand}" == looked.text == sent.text
            for foreign in (other, "nowhere", ""):
                path = f"{page}?brand={foreign}"
                looked, sent = await browser.get(path), await browser.post(path, csrf=token)
                assert [403, 403] == [looked.status_code, sent.status_code]
                assert "anna at" not in looked.text + sent.text


async def test_two_brands_are_two_sets_of_rights(stage: StaffStage) -> None:
    """Who has roles at both is at one of them with each page, as the address says."""
    roles = {"lmt": frozenset({Role.MARKETING}), "amigo": frozenset({Role.CARE})}
    await stage.account(roles=roles)
    async with stage.logged_in() as browser:
        assert "anna at lmt" == (await browser.get("/marketing/probe/lists")).text
        assert 403 == (await browser.get("/marketing/probe/lists?brand=amigo")).status_code
        assert "anna at amigo" == (await browser.get("/marketing/probe/cases?brand=amigo")).text
        assert 403 == (await browser.get("/marketing/probe/cases?brand=lmt")).status_code
        page = (await browser.get("/marketing/probe/staff?brand=amigo")).text
        assert ("LMT" in page, "/marketing/cases?brand=amigo" in page) == (True, True)
        assert "/marketing/list" not in page


async def test_rights_are_read_with_every_request(stage: StaffStage) -> None:
    """What is given works at once, what is taken too; without any role the session is over."""
    account = await stage.account()
    async with stage.logged_in() as browser:
        assert 403 == (await browser.get("/marketing/probe/forget")).status_code
        await stage.staff.grant(account.id, "lmt", Role.PRIVACY, stage.entry())
        assert 200 == (await browser.get("/marketing/probe/forget")).status_code
        assert await stage.staff.revoke(account.id, "lmt", Role.PRIVACY, stage.entry())
        assert 403 == (await browser.get("/marketing/probe/forget")).status_code
        assert not await stage.staff.revoke(account.id, "lmt", Role.PRIVACY, stage.entry())
        await stage.staff.revoke(account.id, "lmt", Role.MARKETING, stage.entry())
        assert 303 == (await browser.get("/marketing/probe/texts")).status_code


@pytest.mark.parametrize("what", ["disable", "invite"])
async def test_disabling_and_resetting_end_sessions(stage: StaffStage, what: str) -> None:
    """The next page is the log-in, and the password opens nothing any more."""
    account = await stage.account()
    async with stage.logged_in() as browser:
        if what == "disable":
            assert await stage.staff.disable(account.id, stage.entry())
            assert not await stage.staff.disable(account.id, stage.entry())
        else:
            now = stage.clock.now()
            await stage.staff.invite(account.id, "digest", now, stage.entry())
        assert 303 == (await browser.get("/marketing/probe/texts")).status_code
        assert 403 == (await browser.log_in()).status_code
    assert [] == await stage.rows("staff_sessions")


async def test_an_unknown_role_opens_nothing(stage: StaffStage) -> None:
    """A role of a later version is passed over."""
    account = await stage.account()
    table = "INSERT INTO staff_roles (staff_id, brand, role) VALUES (?, 'amigo', 'king')"
    await stage.store.database.write(lambda c: c.exec_driver_sql(table, (account.id,)).rowcount)
    async with stage.logged_in() as browser:
        assert 403 == (await browser.get("/marketing/probe/texts?brand=amigo")).status_code
        assert 200 == (await browser.get("/marketing/probe/texts")).status_code


@pytest.mark.parametrize("role", Role)
async def test_everybody_begins_somewhere(stage: StaffStage, role: Role) -> None:
    """The start leads to the first page of the navigation, which shows what they may open."""
    await stage.account(roles={"amigo": frozenset({role})})
    shown = {
        Role.MARKETING: ["overview", "number", "list", "texts"],
        Role.CARE: ["number", "texts", "cases"],
        Role.PRIVACY: ["overview", "number", "customer", "texts", "cases", "log", "staff-log"],
        Role.ADMIN: ["texts", "staff-log", "accounts", "tokens"],
    }[role]
    async with stage.logged_in() as browser:
        begun = (await browser.get("/marketing")).headers["location"]
        assert f"/marketing/{shown[0]}" == begun
        page = (await browser.get("/marketing/probe/counts?brand=lmt")).text
    links = [f'<a href="/marketing/{name}"' in page for name in shown]
    assert all(links)
    assert page.count('<li><a href="/marketing/') == len(shown)
