"""What all of the fake Twilio shares: accounts, phones, calls to webhooks, and what goes on."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from random import Random
from typing import Any, Literal
from urllib.parse import urlencode

from tests.sms.fake_twilio_carrier import Answer, Carrier
from tests.sms.fake_twilio_errors import meaning
from tests.sms.fake_twilio_faults import Mishap, Operation, Plan, Slip
from tests.sms.fake_twilio_handset import Handset
from tests.sms.fake_twilio_signing import SharedKey, signed_headers
from tests.sms.fake_twilio_state import (
    Account,
    Alert,
    Call,
    Failure,
    Fields,
    Patience,
    Posted,
    Sender,
    Sms,
)

_SENDING: tuple[Operation, ...] = ("create",)
TOKEN_HEADER = "I-Twilio-Idempotency-Token"
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    "User-Agent": "TwilioProxy/1.1",
    "Accept": "*/*",
}


class Exchange(ABC):
    """Accounts and customers, and everything that is under way between them."""

    def __init__(
        self,
        *,
        wall: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        carrier: Carrier,
    ) -> None:
        """Set up an exchange without accounts."""
        self.accounts: dict[str, Account] = {}
        self.alerts: list[Alert] = []
        self.posts: list[Posted] = []
        self.calls: list[Call] = []
        #: Everything a careful program would not have asked.
        self.violations: list[str] = []
        self.carrier = carrier
        self.plan = Plan()
        self.now, self.sleep = wall, sleep
        self._phones: dict[str, Handset] = {}
        self._dice = Random(2010)  # noqa: S311 - names, no secrets
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: list[BaseException] = []

    def add_account(self, auth_token: str, sid: str = "") -> Account:
        """Return a new account; without a SID it is given one."""
        account = Account(sid=sid or self.new_sid("AC"), auth_token=auth_token)
        self.accounts[account.sid] = account
        return account

    def customer(self, number: str) -> Handset:
        """Return the phone of a number; always the same one."""
        return self._phones.setdefault(number, Handset(number, self.arrive))

    @abstractmethod
    def arrive(self, number: str, text: str, to: Sender | str | None, slip: Slip | None) -> Sms:
        """Take what a customer writes."""

    def fail_next(self, *mishaps: Mishap, on: Operation = "create") -> None:
        """Let the next requests, deliveries and messages go wrong, one after the other."""
        self.plan.add(*mishaps, on=on)

    def misbehave(
        self, seed: int, rates: Mapping[Mishap, float], on: Collection[Operation] = _SENDING
    ) -> None:
        """Fail at random from now on: each mishap hits its share of what it can hit."""
        self.plan.misbehave(seed, rates, frozenset(on))

    def behave(self) -> None:
        """Stop failing at random."""
        self.plan.behave()

    async def settled(self, within: float = 30.0) -> None:
        """Return when everything is delivered, answered and told, tries again included.

        :raises TimeoutError: it takes longer than this many seconds.
        """
        async with asyncio.timeout(within):
            while self._tasks or self._let_go():
                await asyncio.gather(*self._tasks, return_exceptions=True)
        self.complain()

    def complain(self) -> None:
        """Raise what went wrong in the background, if anything did."""
        if self._failed:
            raise self._failed.pop(0)

    def _let_go(self) -> bool:
        """Begin what waited for something that did not come; say whether there was any."""
        return False

    def begin(self, deed: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something in the background."""
        task = asyncio.create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed.append(error)

    async def abandon(self) -> None:
        """Let nothing go on any longer."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def new_sid(self, kind: str = "SM") -> str:
        """Return a SID nothing has yet."""
        return f"{kind}{self._dice.getrandbits(128):032x}"

    def alert(self, code: int, sid: str, detail: str = "") -> None:
        """Write an entry into the error log."""
        self.alerts.append(Alert(code=code, words=meaning(code, detail), sid=sid))

    async def call(  # noqa: PLR0913 - what a call consists of
        self,
        kind: Literal["inbound", "status", "action"],
        account: Account,
        patience: Patience,
        url: str,
        fields: Fields,
        slip: Slip | None = None,
    ) -> Answer | None:
        """Call a webhook, again if it fails as often as it is worth; return the last answer."""
        slip = slip or Slip()
        headers = _HEADERS | {TOKEN_HEADER: self.new_sid("")} | _proof(account, url, fields, slip)
        answer: Answer | None = None
        for attempt in range(patience.retries + 1):
            odd = slip if attempt == 0 else Slip()
            answer, failure = await self._attempt(patience, url, fields, headers, odd)
            self.posts.append(
                Posted(
                    kind=kind,
                    url=url,
                    fields=dict(fields),
                    headers=headers,
                    status=answer.status if answer else 0,
                )
            )
            if failure not in patience.retry_on:
                break
        return answer

    async def _attempt(
        self, patience: Patience, url: str, fields: Fields, headers: dict[str, str], slip: Slip
    ) -> tuple[Answer | None, Failure | None]:
        body = urlencode(fields).encode()
        try:
            async with asyncio.timeout(patience.seconds):
                if slip.cut:
                    await self.carrier.drop(url, body, headers)
                    return None, "rt"
                answer = await self.carrier.post(url, body, headers)
        except TimeoutError:
            return None, "rt"
        except OSError:
            return None, "ct"
        if slip.unheard:
            return None, "rt"
        if answer.status >= 400:
            return answer, "5xx" if answer.status >= 500 else "4xx"
        return answer, None


def _proof(account: Account, url: str, fields: Fields, slip: Slip) -> dict[str, str]:
    if slip.forged:
        key = SharedKey("not the key") if account.shared_key else None
        return signed_headers(url, fields, f"not {account.auth_token}", key)
    return signed_headers(url, fields, account.auth_token, account.shared_key)
