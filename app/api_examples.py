"""What is sent to `/api/v1` and what comes back, as the description shows it.

Tests send every body here to a server, and hold every answer against its schema.
"""

from __future__ import annotations

from app.api_operation import Shown

_NUMBER = "+37126123456"
_AT = "2026-11-22T10:00:00Z"
_CHECKED = "01a201a1-788e-7f76-877b-4a00693f13ac"
_RESULT = "0dd13d10f1f5d5d6f0e2f0c1c9d0a4c5f4d3f7b4b4f5b87b1d6b1a7cf9d1a2b3"
_QUESTION = {"number": _NUMBER, "purposes": ["offers"], "channel": "sms"}
_VERDICT = {
    "allowed": False,
    "reason": "withdrawn",
    "camara_reason": "DENIED",
    "about": {"kind": "purpose", "id": "offers"},
    "since": "2026-11-20T08:30:00Z",
    "until": None,
    "decision": _CHECKED,
    "asked_at": _AT,
}
CHECK = Shown(asked=_QUESTION, answered=_VERDICT)
BATCH = Shown(asked={"questions": [_QUESTION]}, answered={"answers": [_VERDICT]})
AUDIENCE = Shown(
    asked={"purposes": ["offers"], "channels": ["sms", "email"]},
    answered={
        "brand": "lmt",
        "topic": None,
        "at": _AT,
        "smallest": 10,
        "groups": [
            {"purpose": "offers", "channel": "sms", "customers": 41_327},
            {"purpose": "offers", "channel": "email", "customers": None},
        ],
    },
)
_PROGRESS = {
    "id": _CHECKED,
    "status": "running",
    "rows": 250_000,
    "share": 0.25,
    "detail": None,
    "valid_until": "2026-11-23T10:00:00Z",
    "columns": ["phone"],
    "files": [],
    "summary": None,
}
PROGRESS = Shown(answered=_PROGRESS)
LIST = Shown(
    answered=_PROGRESS | {"status": "waiting", "rows": 0, "share": 0.0},
    streamed={
        "text/csv": "Any delimiter, column order, number format and encoding.",
        "application/x-ndjson": "One JSON object a line.",
        "application/vnd.apache.parquet": "A Parquet file.",
        "application/octet-stream": "Any of these: what it is, is seen from the content.",
    },
)
LIST_FILE = Shown(
    files=(
        "text/csv",
        "application/x-ndjson",
        "application/vnd.apache.parquet",
        "application/json",
    )
)
AD = Shown(
    asked={
        "text": "LMT: tikai šodien. Atteikties: STOP 1",
        "brand": "lmt",
        "sender": "+37120009999",
    },
    answered={
        "language": "lv",
        "encoding": "UCS-2",
        "parts": 1,
        "characters": 37,
        "left": 33,
        "cost_per_1000": None,
        "findings": [],
    },
)
FEED = Shown(
    answered={
        "events": [
            {
                "specversion": "1.0",
                "id": _CHECKED,
                "source": "/consent/lmt",
                "type": "lv.consentassistant.v1.purpose.withdrawn",
                "subject": "01a201a1-7665-7bf2-a0ea-b881c87423d6",
                "time": _AT,
                "datacontenttype": "application/json",
                "data": {
                    "brand": "lmt",
                    "customer": "01a201a1-7665-7bf2-a0ea-b881c87423d6",
                    "numbers": [_NUMBER],
                    "position": 4,
                    "about": {"kind": "purpose", "id": "offers"},
                    "action": "withdrawn",
                    "said_at": _AT,
                    "until": None,
                    "notice": None,
                    "door": "sms",
                    "actor": "customer",
                },
            }
        ],
        "cursor": "MSBsbXQgMTc",
    }
)
_OUTCOMES = {
    "outcomes": [{"outcome": "recorded", "decision": _CHECKED, "code": None, "meaning": None}]
}
DECISIONS = Shown(
    asked={
        "decisions": [
            {
                "brand": "lmt",
                "number": _NUMBER,
                "about": {"kind": "purpose", "id": "offers"},
                "action": "withdrawn",
                "door": "shop",
                "said_at": "2026-11-22T10:00:00+02:00",
                "actor": "customer",
                "method": "paper",
                "document": "form 4711",
            }
        ]
    },
    answered=_OUTCOMES,
)
SERVICE_EVENTS = Shown(
    asked={
        "events": [
            {
                "brand": "lmt",
                "number": _NUMBER,
                "event": "service_ended",
                "door": "shop",
                "at": "2026-11-22T10:00:00+02:00",
                "actor": "billing",
            }
        ]
    },
    answered=_OUTCOMES,
)
_CASE = {
    "reference": "K7M2-94QX",
    "kind": "correction",
    "purpose": None,
    "state": "open",
    "opened_at": _AT,
    "due_at": "2026-12-22T21:59:59.999999Z",
    "overdue": False,
    "closed_at": None,
    "door": "sms",
    "language": "lv",
    "by": None,
}
CASES = Shown(answered={"cases": [_CASE], "cursor": None})
CASE = Shown(
    answered=_CASE
    | {
        "words": "Mans uzvārds ir Kalniņa",
        "numbers": None,
        "answer": None,
        "reason": None,
        "reachable": True,
        "trouble": None,
    }
)
_DONE = {"reference": "K7M2-94QX", "again": False, "leaves_as": "an SMS of 2 parts"}
CASE_ANSWER = Shown(
    asked={"text": "Jūsu uzvārds ir izlabots.", "by": "Klientu centrs"}, answered=_DONE
)
CASE_EXTENSION = Shown(asked={"reason": "Jāmeklē arhīvā.", "by": "Klientu centrs"}, answered=_DONE)
CASE_CLOSING = Shown(
    asked={"reason": "Atbildēts pa tālruni.", "by": "Klientu centrs"},
    answered=_DONE | {"leaves_as": None},
)
NOTICES = Shown(
    answered={
        "notices": [
            {
                "fingerprint": _RESULT,
                "code": "BXIT2EHR6X",
                "purpose": "research",
                "language": "en",
                "form": "chat",
                "version": "1.0",
                "current": True,
                "status": "draft",
                "changed": "First version.",
                "text": "8. Research\n\nWith your consent, LMT …",
                "registered_at": _AT,
            }
        ],
        "cursor": None,
    },
    headers={"ETag": "Names this answer; send it as If-None-Match."},
)
