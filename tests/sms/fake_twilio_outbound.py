"""Messages on their way to customers, and the status callbacks that tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.sms.fake_twilio_errors import Refused
from tests.sms.fake_twilio_exchange import Exchange
from tests.sms.fake_twilio_faults import Fate
from tests.sms.fake_twilio_handset import parts
from tests.sms.fake_twilio_rules import Route, check_send
from tests.sms.fake_twilio_state import VERSION, Account, Direction, Fields, Patience, Sender, Sms
from tests.sms.fake_twilio_twiml import Said

_UNSUBSCRIBED = 21610


class Outbound(Exchange):
    """The way to the customer."""

    def accept(
        self,
        account: Account,
        route: Route,
        wanted: Mapping[str, str],
        direction: Direction = "outbound-api",
        fate: Fate | None = None,
    ) -> Sms:
        """Return a message that is now under way."""
        now = self.now()
        sms = Sms(
            sid=self.new_sid(),
            account=account.sid,
            origin=None if route.service else route.origin,
            to=wanted["To"],
            body=wanted["Body"],
            direction=direction,
            status="accepted" if route.service else "queued",
            created=now,
            updated=now,
            segments=0 if route.service else parts(wanted["Body"]),
            service=route.service,
            params=dict(wanted),
        )
        account.messages.append(sms)
        end = fate or self.plan.fate() or self.customer(sms.to).fate
        self.begin(self._progress(account, sms, route, end))
        return sms

    async def reply(self, account: Account, sender: Sender, to: Sms, said: Said) -> None:
        """Send what a webhook answered; what may not be sent is dropped, with an alert."""
        wanted = {
            "To": said.to or to.origin or "",
            "From": said.origin or sender.number,
            "Body": said.body,
            "StatusCallback": said.status_callback,
        }
        sid, status = "", "failed"
        try:
            route = check_send(account, wanted)
        except Refused as refused:
            self.alert(refused.code, to.sid, refused.detail)
        else:
            sms = self.accept(account, route, wanted, "outbound-reply")
            sid, status = sms.sid, sms.status
        if said.action:
            fields = [("MessageSid", sid), ("MessageStatus", status)]
            fields += [("To", wanted["To"]), ("From", wanted["From"])]
            await self.call("action", account, sender.patience, said.action, fields)

    async def _progress(self, account: Account, sms: Sms, route: Route, fate: Fate) -> None:
        if fate.late:
            await self.sleep(fate.late)
        if route.service and route.sender and sms.to in route.sender.blocked:
            fate = Fate(code=_UNSUBSCRIBED, final="failed")
        told = [self._move(sms, route, step, fate) for step in _steps(route, fate)]
        if fate.arrives:
            self.customer(sms.to).gets(sms.origin or "", sms.body)
        standing = route.sender.status_callback if route.sender else ""
        url = sms.params.get("StatusCallback") or standing
        if url and not fate.silent:
            patience = route.sender.patience if route.sender else Patience()
            for fields in self._callbacks(told, fate):
                await self.call("status", account, patience, url, fields)

    def _move(self, sms: Sms, route: Route, status: str, fate: Fate) -> Fields:
        """Give a message its next status; return what a callback says of it."""
        sms.status, sms.updated = status, self.now()
        if route.service and route.sender:
            sms.origin, sms.segments = route.sender.number, parts(sms.body)
        if status == "sent":
            sms.sent = sms.updated
        if status == fate.last and fate.code:
            sms.code = fate.code
        return _told(sms, done=status in {"delivered", "undelivered"})

    def _callbacks(self, told: list[Fields], fate: Fate) -> list[Fields]:
        strangers = [_renamed(told[-1], self.new_sid()) for _ in range(fate.strangers)]
        ordered = told[::-1] if fate.backwards else told
        return strangers + [fields for fields in ordered for _ in range(1 + fate.again)]


def _steps(route: Route, fate: Fate) -> list[str]:
    """Return the statuses a message goes through after its first."""
    steps = ["queued"] if route.service else []
    if fate.last != "failed":
        steps.append("sent")
    return steps if fate.last == "sent" else [*steps, fate.last]


def _told(sms: Sms, *, done: bool) -> Fields:
    at = datetime.fromtimestamp(sms.updated, UTC).strftime("%y%m%d%H%M")
    return [
        *([("RawDlrDoneDate", at)] if done else []),
        *([("ErrorCode", str(sms.code))] if sms.code else []),
        *([("MessagingServiceSid", sms.service)] if sms.service else []),
        ("SmsSid", sms.sid),
        ("SmsStatus", sms.status),
        ("MessageStatus", sms.status),
        ("To", sms.to),
        ("MessageSid", sms.sid),
        ("AccountSid", sms.account),
        ("From", sms.origin or ""),
        ("ApiVersion", VERSION),
    ]


def _renamed(fields: Fields, sid: str) -> Fields:
    return [(n, sid if n in {"SmsSid", "MessageSid"} else value) for n, value in fields]
