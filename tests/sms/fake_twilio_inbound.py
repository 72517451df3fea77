"""What customers write: Twilio's own words are acted on, then the webhook is called."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from tests.sms.fake_twilio_errors import Refused
from tests.sms.fake_twilio_faults import Slip
from tests.sms.fake_twilio_handset import parts
from tests.sms.fake_twilio_keywords import Filtering, Keywords, OptOut
from tests.sms.fake_twilio_outbound import Outbound
from tests.sms.fake_twilio_rules import Route
from tests.sms.fake_twilio_state import VERSION, Account, Fields, Sender, Sms
from tests.sms.fake_twilio_twiml import read_twiml

_PLACES = ("City", "State", "Zip", "Country")
Deed = Callable[[], Coroutine[Any, Any, None]]
Pair = tuple[str, str]


class Inbound(Outbound):
    """The way from the customer."""

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401 - those of an exchange
        """Set up the way, with nobody on it."""
        super().__init__(**parts)
        self._line: dict[Pair, asyncio.Task[None]] = {}
        self._held: dict[Pair, list[Deed]] = {}

    def arrive(self, number: str, text: str, to: Sender | str | None, slip: Slip | None) -> Sms:
        """Take what a customer writes; deliver it in the background, in order."""
        account, sender = self._called(to)
        now = self.now()
        sms = Sms(
            sid=self.new_sid(),
            account=account.sid,
            origin=number,
            to=sender.number,
            body=text,
            direction="inbound",
            status="received",
            created=now,
            updated=now,
            sent=now,
            segments=parts(text),
            service=sender.service,
        )
        account.messages.append(sms)
        asked = self._filter(account, sender, sms)
        slip = slip or self.plan.slip()
        if sender.webhook and not slip.lost:
            fields = _fields(sms, asked if sender.filtering is Filtering.ADVANCED else None, slip)
            deed = partial(self._deliver, account, sender, sms, fields, slip)
            self._line_up((sender.number, number), deed, slip)
        return sms

    def _called(self, to: Sender | str | None) -> tuple[Account, Sender]:
        """Return the sender somebody writes to; nobody can write to a name."""
        number = to.number if isinstance(to, Sender) else to
        for account in self.accounts.values():
            for sender in account.senders.values():
                if number in {None, sender.number}:
                    return account, sender
        raise LookupError(f"nobody can write to {number!r}")

    def _filter(self, account: Account, sender: Sender, sms: Sms) -> OptOut | None:
        """Do what Twilio does by itself; return what the customer asked of it.

        Who has stopped already, or not stopped at all, is not answered again.
        """
        if sender.filtering is Filtering.OFF or sms.origin is None:
            return None
        advanced = sender.filtering is Filtering.ADVANCED
        keywords = sender.keywords if advanced else Keywords()
        asked = keywords.asked(sms.body)
        was_blocked = sms.origin in sender.blocked
        if asked is OptOut.STOP:
            sender.blocked.add(sms.origin)
        if asked is OptOut.START:
            sender.blocked.discard(sms.origin)
        if asked and was_blocked == (asked is OptOut.START):
            self._answer(account, sender, sms.origin, keywords.answers[asked])
        return asked

    def _answer(self, account: Account, sender: Sender, to: str, text: str) -> None:
        """Let Twilio speak for itself; in the advanced mode no list shows it."""
        if sender.filtering is Filtering.ADVANCED:
            self.customer(to).gets(sender.number, text)
            return
        route = Route(sender.number, None)
        wanted = {"To": to, "Body": text}
        self.accept(account, route, wanted, "outbound-reply", self.customer(to).fate)

    def _line_up(self, pair: Pair, deed: Deed, slip: Slip) -> None:
        """Let deliveries of one customer come after each other, unless they are to slip."""
        if slip.overtaken:
            self._held.setdefault(pair, []).append(deed)
        elif slip.late:
            self.begin(self._later(slip.late, deed))
        else:
            behind = self._held.pop(pair, [])
            self._line[pair] = self.begin(self._in_turn(self._line.get(pair), deed, *behind))

    async def _later(self, seconds: float, deed: Deed) -> None:
        await self.sleep(seconds)
        await deed()

    async def _in_turn(self, before: asyncio.Task[None] | None, *deeds: Deed) -> None:
        if before is not None:
            await asyncio.wait({before})
        for deed in deeds:
            await deed()

    def _let_go(self) -> bool:
        held, self._held = self._held, {}
        for pair, deeds in held.items():
            self._line[pair] = self.begin(self._in_turn(self._line.get(pair), *deeds))
        return bool(held)

    async def _deliver(
        self, account: Account, sender: Sender, sms: Sms, fields: Fields, slip: Slip
    ) -> None:
        """Deliver a message, again as often as it slips; send what each answer says."""
        once = partial(self._deliver_once, account, sender, sms, fields)
        rest = Slip(forged=slip.forged)
        if slip.at_once:
            await asyncio.gather(once(slip), *(once(rest) for _ in range(slip.again)))
            return
        await once(slip)
        for _ in range(slip.again):
            await once(rest)

    async def _deliver_once(
        self, account: Account, sender: Sender, sms: Sms, fields: Fields, slip: Slip
    ) -> None:
        url = sender.webhook
        answer = await self.call("inbound", account, sender.patience, url, fields, slip)
        if answer is None:
            self.alert(11205, sms.sid)
        elif not 200 <= answer.status < 300:
            self.alert(11200, sms.sid)
        else:
            try:
                said = read_twiml(answer, url)
            except Refused as refused:
                self.alert(refused.code, sms.sid)
                return
            for message in said:
                await self.reply(account, sender, sms, message)


def _fields(sms: Sms, asked: OptOut | None, slip: Slip) -> Fields:
    """Return the form of a message; for a Latvian number Twilio knows no places."""
    body = b64encode(sms.body.encode()).decode() if slip.base64 else sms.body
    return [
        *((f"To{place}", "") for place in _PLACES),
        *((f"From{place}", "") for place in _PLACES),
        ("SmsMessageSid", sms.sid),
        ("NumMedia", "0"),
        ("SmsSid", sms.sid),
        ("SmsStatus", "received"),
        ("Body", body),
        ("To", sms.to),
        *([("MessagingServiceSid", sms.service)] if sms.service else []),
        *([("OptOutType", asked.value)] if asked else []),
        ("NumSegments", str(sms.segments)),
        ("MessageSid", sms.sid),
        ("AccountSid", sms.account),
        ("From", sms.origin or ""),
        ("ApiVersion", VERSION),
    ]
