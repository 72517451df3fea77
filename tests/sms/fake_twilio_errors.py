"""What Twilio says when it refuses something or something failed: code, status, words."""

from __future__ import annotations

from typing import Any

_MORE = "https://www.twilio.com/docs/errors/"
_NO_PERMISSION = "Permission to send an SMS has not been enabled"
_REFUSALS: dict[int, tuple[int, str]] = {
    20001: (400, "Unknown parameters: {0}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20007: (400, "Page size is not from 1 to 1000: {0}"),
    20404: (404, "The requested resource {0} was not found"),
    20422: (400, "Invalid Parameter: {0}"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service Unavailable"),
    21211: (400, "Invalid 'To' Phone Number: {0}"),
    21266: (400, "'To' and 'From' number cannot be the same: {0}"),
    21408: (400, f"{_NO_PERMISSION} for the region indicated by the 'To' number: {{0}}"),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL {0} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "Message cannot be sent with the current combination of 'To' and 'From'"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A text message body or media urls must be specified."),
    21635: (400, "'To' number cannot be a landline: {0}"),
    21657: (400, "The Sender ID is invalid: {0}"),
    21659: (400, "'From' {0} is not a Twilio phone number or Short Code country mismatch"),
    21703: (400, "The Messaging Service does not have a phone number available: {0}"),
}
#: What becomes of a message later, or of a call to a webhook; never the answer to a request.
_FAILURES = {
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    12100: "Document parse failure",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    14103: "Message Invalid Body",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
}
#: A careful program never hears these: what they complain of is known before asking.
_OWN_FAULT = {20001, 20003, 20004, 20007, 20404, 20422, 21603, 21604, 21609, 21617, 21619}


class Refused(Exception):
    """Twilio does not do what was asked."""

    def __init__(self, code: int, detail: str = "") -> None:
        """Refuse for the reason that has this code."""
        super().__init__(f"{code} {meaning(code, detail)}")
        self.code = code
        self.detail = detail

    @property
    def status(self) -> int:
        """The status of the answer."""
        return _REFUSALS[self.code][0]

    @property
    def words(self) -> str:
        """The message of the answer."""
        return meaning(self.code, self.detail)

    @property
    def violation(self) -> bool:
        """Whether a careful program would not have asked."""
        return self.code in _OWN_FAULT

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {
            "code": self.code,
            "message": self.words,
            "more_info": f"{_MORE}{self.code}",
            "status": self.status,
        }


def meaning(code: int, detail: str = "") -> str:
    """Return Twilio's words for a code."""
    found = _FAILURES.get(code) or _REFUSALS[code][1]
    return found.format(detail)


def masked(number: str) -> str:
    """Return a number as Twilio's errors show it: without its end."""
    return f"{number[:-4]}XXXX" if len(number) > len("+XXXX") else number
