"""Hooks over real HTTP: signed as published, in order, told again until they take it."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.feed_relay import Herald, relaying
from app.hook_commands import add_hook, list_hooks, redeliver, remove_hook
from app.hook_delivery import HookLine, signature
from consent.errors import SettingBroken
from consent.feed import Entry
from consent.hooks import Fault, Shipment
from storage.hooks import CLAIM, SqlHooks
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from tests.doors.fake_receiver import (
    FakeReceiver,
    Mishap,
    NotVerified,
    open_receiver,
    verify,
)
from tests.journeys.harness import NUMBER, open_house
from tests.store.feeds import NOW, history, number, relay, says
from tests.store.stores import VAULT

VECTORS = Path(__file__).parent / "webhook_vectors.json"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ENTRY = Entry(position=1, customer="c1", event={"id": "e1", "data": {"numbers": ["+37120000000"]}})


@pytest.fixture
async def receiver() -> AsyncIterator[FakeReceiver]:
    """Return somebody else's system, whose clock is right."""
    async with open_receiver() as found:
        found.clock = NOW.timestamp()
        yield found


@dataclass(eq=False, slots=True)
class Stage:
    """A store, a hook and a herald whose clock goes when told."""

    database: SqliteDatabase
    hooks: SqlHooks
    receiver: FakeReceiver
    hook: str = ""
    at: datetime = NOW

    def herald(self) -> Herald:
        """Return another process that tells hooks."""
        return Herald(relay=relay(self.database), hooks=self.hooks, now=lambda: self.at)

    async def wait(self, by: timedelta) -> None:
        """Let time pass, for the receiver too."""
        self.at += by
        self.receiver.clock = self.at.timestamp()

    async def refused(self, times: int) -> None:
        """Wait until so many failures in a row are noted."""
        async with asyncio.timeout(10):
            while (await self.hooks.all())[0].failures < times:
                await asyncio.sleep(0.01)


@pytest.fixture
async def stage(tmp_path: Path, receiver: FakeReceiver) -> AsyncIterator[Stage]:
    """Return a store with a hook, and a herald at work."""
    database = SqliteDatabase(f"sqlite:///{tmp_path}/hooks.db")
    migrate(database)
    found = Stage(database=database, hooks=SqlHooks(database, VAULT), receiver=receiver)
    found.hook, receiver.secret = await found.hooks.add("lmt", receiver.url, NOW)
    herald = found.herald()
    work = asyncio.create_task(herald.run())
    yield found
    herald.stop()
    await work
    await database.close()


def _ids(receiver: FakeReceiver) -> list[str]:
    return [heard.event["id"] for heard in receiver.taken]


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text())["sign"])
def test_signatures_are_as_published(vector: dict[str, Any]) -> None:
    """The published example comes out, for us and for the receiver of these tests."""
    body = vector["body"].encode()
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name: str(vector[name]) for name in names}
    made = signature(vector["secret"], vector[names[0]], vector[names[1]], body)
    assert vector["webhook-signature"] == made
    assert verify(vector["secret"], headers, body, vector[names[1]])
    for changed in ({names[0]: "other"}, {names[1]: "1614265331"}, {names[2]: made[:-2] + "A="}):
        with pytest.raises(NotVerified):
            verify(vector["secret"], headers | changed, body, vector[names[1]])


async def test_a_decision_is_told_signed_and_named(stage: Stage) -> None:
    """The body is the CloudEvent, with the number; its id names the message."""
    await says(stage.database, "m1")
    first, second = await stage.receiver.has_taken(2)
    decisions = await history(stage.database)
    assert [d.id for d in decisions] == _ids(stage.receiver)
    assert [d.id for d in decisions] == [h.headers["webhook-id"] for h in (first, second)]
    assert "application/cloudevents+json" == first.headers["content-type"]
    assert str(int(NOW.timestamp())) == first.headers["webhook-timestamp"]
    data = first.event["data"]
    assert ([number(0).value], "refused") == (data["numbers"], data["action"])
    assert ("lmt", {"kind": "purpose", "id": "offers"}) == (data["brand"], data["about"])
    assert len(first.body) < 20_000


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param(Mishap(status=500), id="fails"),
        pytest.param(Mishap(status=404), id="not-there"),
        pytest.param(Mishap(status=301, headers={"location": "/elsewhere"}), id="redirects"),
        pytest.param(Mishap(status=307, headers={"location": "/elsewhere"}), id="redirects-posts"),
        pytest.param(Mishap(cuts=True), id="cuts"),
    ],
)
async def test_what_is_not_taken_is_told_again(stage: Stage, mishap: Mishap) -> None:
    """The same event under the same id at a new moment, a little later; it goes nowhere else."""
    stage.receiver.mishaps.append(mishap)
    await says(stage.database, "m1")
    await stage.refused(1)
    assert [] == [h for h in stage.receiver.taken if h.event["data"]["position"] == 1]
    await stage.wait(2 * SECOND)
    await stage.receiver.has_taken(2)
    (refused,), again = stage.receiver.refused, stage.receiver.taken[0]
    assert refused.event == again.event
    assert refused.headers["webhook-id"] == again.headers["webhook-id"]
    moments = [int(h.headers["webhook-timestamp"]) for h in (refused, again)]
    assert 2 == moments[1] - moments[0]
    assert [1, 2] == [h.event["data"]["position"] for h in stage.receiver.taken]
    assert 0 == stage.receiver.astray


async def test_who_is_gone_is_told_no_more(stage: Stage) -> None:
    """410 ends the subscription."""
    stage.receiver.mishaps.append(Mishap(status=410))
    await says(stage.database, "m1")
    async with asyncio.timeout(10):
        while not (await stage.hooks.all())[0].removed_at:
            await asyncio.sleep(0.01)
    await stage.wait(timedelta(days=2))
    await says(stage.database, "m2", 1)
    await asyncio.sleep(0.5)
    assert ([], 1) == (stage.receiver.taken, len(stage.receiver.refused))


async def test_one_customer_s_trouble_does_not_turn_their_order(stage: Stage) -> None:
    """While a receiver fails now and then, each customer's events come in order, none is missing.

    The same event can come twice; whoever goes by ids and positions is not misled.
    """
    stage.receiver.mishaps.extend([Mishap(status=500), Mishap(cuts=True)] * 3)
    for who in range(6):
        await says(stage.database, f"m{who}", who)
    waited = asyncio.create_task(_pass_time(stage))
    chains = [[d.id for d in await history(stage.database, who)] for who in range(6)]
    wanted = {event for chain in chains for event in chain}
    async with asyncio.timeout(20):
        while not wanted <= {*_ids(stage.receiver)}:
            await asyncio.sleep(0.01)
    waited.cancel()
    first_seen = [*dict.fromkeys(_ids(stage.receiver))]
    for chain in chains:
        assert chain == [event for event in first_seen if event in chain]


async def _pass_time(stage: Stage) -> None:
    while True:
        await asyncio.sleep(0.02)
        await stage.wait(SECOND)


async def test_a_slow_receiver_is_told_side_by_side(stage: Stage) -> None:
    """Events of different customers do not wait for each other."""
    stage.receiver.slowness = 0.4
    for who in range(10):
        await says(stage.database, f"m{who}", who)
    begun = time.monotonic()
    await stage.receiver.has_taken(20)
    assert time.monotonic() - begun < 10 * 0.4


async def test_two_processes_tell_everything_once(stage: Stage) -> None:
    """Servers and workers share the work: while all goes well nothing comes twice."""
    others = [stage.herald() for _ in range(3)]
    work = [asyncio.create_task(other.run()) for other in others]
    for who in range(10):
        await says(stage.database, f"m{who}", who)
    await stage.receiver.has_taken(20)
    await asyncio.sleep(0.3)
    for other in others:
        other.stop()
    await asyncio.gather(*work)
    assert 20 == len(stage.receiver.taken) == len({*_ids(stage.receiver)})


async def test_a_process_that_stops_leaves_the_rest_to_the_next(
    tmp_path: Path, receiver: FakeReceiver
) -> None:
    """It does not wait for a receiver that hangs, and the next begins where it was, at once."""
    database = SqliteDatabase(f"sqlite:///{tmp_path}/stopped.db")
    migrate(database)
    stage = Stage(database=database, hooks=SqlHooks(database, VAULT), receiver=receiver)
    _, receiver.secret = await stage.hooks.add("lmt", receiver.url, NOW)
    receiver.mishaps.append(Mishap())
    await says(database, "m1")
    first, second = stage.herald(), stage.herald()
    work = asyncio.create_task(first.run())
    async with asyncio.timeout(10):
        while not receiver.refused:
            await asyncio.sleep(0.01)
    first.stop()
    await asyncio.wait_for(work, 2)
    work = asyncio.create_task(second.run())
    await receiver.has_taken(2)
    second.stop()
    await work
    assert [d.id for d in await history(database)] == _ids(receiver)
    await database.close()


async def test_a_store_that_comes_and_goes_is_outlived(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Said once when it goes and once when it is back; then everything is told."""
    await says(stage.database, "m1")
    await stage.receiver.has_taken(2)
    away = stage.database.file.with_suffix(".away")
    stage.database.file.rename(away)
    await asyncio.sleep(1.5)
    away.rename(stage.database.file)
    # What was under way when it went is told again once its claim has run out.
    await stage.wait(CLAIM)
    await says(stage.database, "m2", 1)
    await stage.receiver.has_taken(4)
    said = [r.message for r in caplog.records if r.name == "consent.feed"]
    assert ["the feed stands still", "the feed goes on"] == [m.partition(":")[0] for m in said]


async def test_nothing_of_it_is_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Neither number, URL nor secret: only which hook, and what it answered."""
    caplog.set_level(logging.DEBUG)
    stage.receiver.mishaps.append(Mishap(status=500))
    await says(stage.database, "m1", 7)
    await stage.refused(1)
    assert f"{stage.hook}, HTTP 500" in caplog.text
    for secret in (number(7).value[1:], "/hook", stage.receiver.secret[6:]):
        assert secret not in caplog.text


def _shipment(receiver: FakeReceiver, **changes: Any) -> Shipment:  # noqa: ANN401
    plain = Shipment(
        hook="h1",
        url=receiver.url,
        secret=receiver.secret,
        entries=(ENTRY,),
        position=0,
        failures=0,
        claim=0,
    )
    return replace(plain, **changes)


async def _tell(receiver: FakeReceiver, seconds: float = 5.0, **changes: Any) -> Fault | None:  # noqa: ANN401
    receiver.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    line = HookLine(seconds)
    try:
        return await line.tell(_shipment(receiver, **changes), ENTRY, NOW)
    finally:
        await line.close()


@pytest.mark.parametrize(
    ("mishap", "expected"),
    [
        pytest.param(None, None, id="taken"),
        pytest.param(Mishap(status=200), None, id="taken-with-words"),
        pytest.param(Mishap(status=299), None, id="taken-oddly"),
        pytest.param(Mishap(status=302), Fault(reason="HTTP 302"), id="redirect"),
        pytest.param(Mishap(status=400), Fault(reason="HTTP 400"), id="refused"),
        pytest.param(Mishap(status=410), Fault(reason="HTTP 410", is_gone=True), id="gone"),
        pytest.param(Mishap(), Fault(reason="TimeoutError"), id="hangs"),
        pytest.param(Mishap(cuts=True), Fault(reason="ServerDisconnectedError"), id="cuts"),
        pytest.param(
            Mishap(status=503, headers={"retry-after": "120"}),
            Fault(reason="HTTP 503", rest=timedelta(seconds=120)),
            id="seconds",
        ),
        pytest.param(
            Mishap(status=429, headers={"retry-after": "Sun, 22 Nov 2026 10:01:30 GMT"}),
            Fault(reason="HTTP 429", rest=timedelta(seconds=90)),
            id="moment",
        ),
        pytest.param(
            Mishap(status=429, headers={"retry-after": "Sun, 22 Nov 2026 10:01:30 -0000"}),
            Fault(reason="HTTP 429", rest=timedelta(seconds=90)),
            id="moment-without-a-zone",
        ),
        pytest.param(
            Mishap(status=429, headers={"retry-after": "soon"}),
            Fault(reason="HTTP 429"),
            id="words",
        ),
        pytest.param(
            Mishap(status=429, headers={"retry-after": "9" * 40}),
            Fault(reason="HTTP 429"),
            id="endless",
        ),
    ],
)
async def test_answers_are_read(
    receiver: FakeReceiver, mishap: Mishap | None, expected: Fault | None
) -> None:
    """2xx is taken; what else it is, is said without a word of the receiver's."""
    if mishap:
        receiver.mishaps.append(mishap)
    assert expected == await _tell(receiver, 0.5)


async def test_a_receiver_that_answers_slowly_has_time(receiver: FakeReceiver) -> None:
    """Within the time-out it may take as long as it needs."""
    receiver.slowness = 0.3
    assert await _tell(receiver, 5) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("http://127.0.0.1:1/hook", "ClientConnectorError", id="nobody-listens"),
        pytest.param("https://nobody.invalid/", "ClientConnectorDNSError", id="no-such-name"),
    ],
)
async def test_a_receiver_that_is_not_there_is_told_later(
    receiver: FakeReceiver, url: str, reason: str
) -> None:
    """Whatever does not work is a failure like any other."""
    assert Fault(reason=reason) == await _tell(receiver, url=url)


async def test_a_certificate_must_be_good(receiver: FakeReceiver) -> None:
    """Encrypted to nobody in particular is not enough: nothing is sent."""
    async with open_receiver(_self_signed()) as stranger:
        fault = await _tell(receiver, url=stranger.url)
    assert Fault(reason="ClientConnectorCertificateError") == fault
    assert [] == stranger.taken == stranger.refused


def _self_signed() -> ssl.SSLContext:
    """Return what proves a name that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(today - DAY).not_valid_after(today + DAY)
    signed = builder.add_extension(address, critical=False).sign(key, SHA256())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.NamedTemporaryFile() as file:
        file.write(signed.public_bytes(Encoding.PEM))
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        context.load_cert_chain(file.name)
    return context


async def test_a_name_that_means_a_cloud_s_secrets_is_not_connected_to(
    receiver: FakeReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The addresses behind a name are judged as an address in the URL is."""

    async def resolve(_self: object, host: str, port: int, family: int) -> list[dict[str, Any]]:
        found = {"hostname": host, "host": "169.254.169.254", "port": port}
        return [found | {"family": family, "proto": 0, "flags": 0}]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", resolve)
    fault = await _tell(receiver, url="https://innocent.example/")
    assert Fault(reason="ClientConnectorDNSError") == fault


async def test_a_stop_by_sms_is_told_within_a_second(
    tmp_path: Path, receiver: FakeReceiver
) -> None:
    """From the answer to the webhook to the receiver: the number, and what has ended."""
    async with AsyncExitStack() as stack:
        house = open_house(tmp_path, "lmt")
        await stack.enter_async_context(house.client)
        hooks = SqlHooks(house.store.database, house.store.vault)
        receiver.clock = house.clock.now().timestamp()
        _, receiver.secret = await hooks.add("lmt", receiver.url, house.clock.now())
        await stack.enter_async_context(relaying(house.store.database, hooks, house.assistant))
        delays = []
        for told, text in enumerate(["STOP", "STOP 2", "STOP 3", "STOP 4", "STOP 5"], 2):
            await house.sms(text, f"SM{told}")
            answered = asyncio.get_running_loop().time()
            delays.append((await receiver.has_taken(told))[-1].at - answered)
    data = [one.event["data"] for one in receiver.taken]
    assert [[NUMBER]] * 6 == [one["numbers"] for one in data]
    assert ["offers", "loyalty_offers", "traffic"] == [one["about"]["id"] for one in data[:3]]
    assert max(delays) < 1


def test_hooks_are_added_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command shows the secret once; the list shows everything but it."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/c.db")
    hook, secret = add_hook("https://crm.lmt.lv/hook", brand="lmt")
    assert secret.startswith("whsec_")
    (line,) = list_hooks()
    assert [hook, "lmt", "https://crm.lmt.lv/hook", "told up to 0"] == line.split("  ")
    assert redeliver(hook, None) is None
    with pytest.raises(SettingBroken):
        redeliver(hook, 1)
    assert [True, False] == [remove_hook(hook) for _ in range(2)]
    assert "removed" in list_hooks()[0]


@pytest.mark.parametrize(
    ("url", "brand"), [("https://crm.lmt.lv/", "tele2"), ("http://crm.lmt.lv/", "lmt")]
)
def test_a_hook_to_nowhere_is_not_added(url: str, brand: str) -> None:
    """No such brand, no URL for numbers: said before anything is opened."""
    with pytest.raises(SettingBroken):
        add_hook(url, brand=brand)
