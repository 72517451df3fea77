"""Reads what a webhook answers: which messages Twilio is to send."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from tests.sms.fake_twilio_carrier import Answer
from tests.sms.fake_twilio_errors import Refused

_TWIML = {"text/xml", "application/xml", "text/html"}
_NO_CONTENT = 204


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message a webhook wants sent; blank numbers mean the two of the conversation."""

    body: str
    to: str = ""
    origin: str = ""
    status_callback: str = ""
    action: str = ""


def read_twiml(answer: Answer, url: str) -> list[Said]:
    """Return the messages of an answer; addresses in it are relative to the webhook's.

    :raises Refused: it is not what Twilio understands, with the code of the failure.
    """
    if answer.status == _NO_CONTENT:
        return []
    if answer.kind == "text/plain":
        return [Said(body=answer.body.decode())] if answer.body else []
    if answer.kind not in _TWIML:
        raise Refused(12300)
    try:
        root = ET.fromstring(answer.body)  # noqa: S314 - our own program's answer
    except ET.ParseError as error:
        raise Refused(12100) from error
    if root.tag != "Response" or any(verb.tag not in {"Message", "Sms"} for verb in root):
        raise Refused(12200)
    return [_said(verb, url) for verb in root]


def _said(verb: ET.Element, url: str) -> Said:
    parts = [part.text or "" for part in verb.findall("Body")]
    body = "".join(parts) if parts else verb.text or ""
    if not body.strip():
        raise Refused(14103)
    callback, action = verb.get("statusCallback"), verb.get("action")
    return Said(
        body=body,
        to=verb.get("to", ""),
        origin=verb.get("from", ""),
        status_callback=urljoin(url, callback) if callback else "",
        action=urljoin(url, action) if action else "",
    )
