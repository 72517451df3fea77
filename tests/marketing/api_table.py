"""What can be asked of `/api/v1` and `/consent-info`: one good question for every route."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar import Litestar
from litestar.routes import ASGIRoute, HTTPRoute

from app.camara_routes import PATH as CAMARA
from consent.access import TokenScope
from tests.marketing.stage import Stage, number

Route = tuple[str, str]
#: What everybody may read: the description.
PUBLIC = {
    ("GET", "/api/v1"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/{path:str}"),
}
#: A customer of LMT's, and what another has said.
NUMBER = number(7)
WORDS = "I want to talk to a person about my bill"
_ONE = {"number": NUMBER, "purposes": ["offers"], "channel": "sms"}
_TOLD = {"brand": "lmt", "number": NUMBER, "door": "shop"}
_WHY = {"reason": "to answer"}
_LIST = "/api/v1/list-checks"
_CASE = "/api/v1/cases/{reference:str}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that is answered, and the one scope that it takes."""

    scope: TokenScope
    body: object = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


ASKS: dict[Route, Ask] = {
    ("POST", "/api/v1/check"): Ask(scope=TokenScope.CHECK, body=_ONE),
    ("POST", "/api/v1/check/batch"): Ask(scope=TokenScope.CHECK, body={"questions": [_ONE]}),
    ("GET", "/api/v1/audience"): Ask(scope=TokenScope.AUDIENCE),
    ("POST", "/api/v1/audience"): Ask(scope=TokenScope.AUDIENCE, body={}),
    ("POST", _LIST): Ask(
        scope=TokenScope.CHECK,
        body=f"phone\n{NUMBER}\n".encode(),
        query={"purpose": "offers", "channel": "sms", "reason": "autumn"},
        status=202,
    ),
    ("GET", f"{_LIST}/{{check_id:str}}"): Ask(scope=TokenScope.CHECK),
    ("POST", f"{_LIST}/{{check_id:str}}/changes"): Ask(
        scope=TokenScope.CHECK, query=_WHY, status=202
    ),
    ("GET", f"{_LIST}/{{check_id:str}}/files/{{name:str}}"): Ask(scope=TokenScope.CHECK),
    ("POST", "/api/v1/sms/lint"): Ask(
        scope=TokenScope.TEXTS, body={"text": "LMT: šodien.", "brand": "lmt", "sender": "LMT"}
    ),
    ("GET", "/api/v1/feed"): Ask(scope=TokenScope.FEED),
    ("POST", "/api/v1/decisions"): Ask(
        scope=TokenScope.DECISIONS,
        body={
            "decisions": [
                _TOLD | {"about": {"kind": "purpose", "id": "research"}, "action": "withdrawn"}
            ]
        },
    ),
    ("POST", "/api/v1/service-events"): Ask(
        scope=TokenScope.DECISIONS,
        body={
            "events": [
                _TOLD | {"event": "service_ended", "at": "2026-11-20T10:00:00Z", "actor": "till"}
            ]
        },
    ),
    ("GET", "/api/v1/cases"): Ask(scope=TokenScope.CASES),
    ("GET", _CASE): Ask(scope=TokenScope.CASES, query=_WHY | {"numbers": "true"}),
    ("POST", f"{_CASE}/answer"): Ask(
        scope=TokenScope.ANSWERS, body={"text": "Piezvanīsim."}, status=202
    ),
    ("POST", f"{_CASE}/extend"): Ask(
        scope=TokenScope.ANSWERS, body={"reason": "Jāmeklē arhīvā."}, status=202
    ),
    ("POST", f"{_CASE}/close"): Ask(scope=TokenScope.ANSWERS, body={"reason": "by phone"}),
    ("GET", "/api/v1/notices"): Ask(scope=TokenScope.NOTICES),
    ("POST", CAMARA): Ask(
        scope=TokenScope.CHECK,
        body={
            "phoneNumber": NUMBER,
            "scopes": ["marketing-offers:sms"],
            "purpose": "dpv:DirectMarketing",
            "requestCaptureUrl": False,
        },
    ),
}


def routes_of(app: Litestar) -> set[Route]:
    """Return what an application answers other systems, as its own table has it."""
    found: set[Route] = set()
    for route in app.routes:
        if not route.path.startswith(("/api", "/consent-info")):
            continue
        if isinstance(route, HTTPRoute):
            found |= {(str(method), route.path) for method in route.methods - {"OPTIONS"}}
        elif isinstance(route, ASGIRoute):
            # It looks at the method itself.
            found.add(("POST", route.path))
    return found


@dataclass(eq=False, slots=True, kw_only=True)
class Known:
    """A server with customers of both brands, and what is known of LMT's."""

    stage: Stage
    #: What stands in paths, by their last word: a case of its own for each that is done to one.
    cases: Mapping[str, str]
    check: str

    async def ask(
        self, route: Route, headers: Mapping[Any, Any], body: object = None
    ) -> httpx.Response:
        """Ask the good question of a route."""
        (method, path), usual = route, ASKS[route]
        said = usual.body if body is None else body
        sent = {"content": said} if isinstance(said, bytes) else {"json": said}
        return await self.stage.client.request(
            method,
            self._filled(path),
            params=dict(usual.query),
            headers=dict(headers),
            **({} if said is None else sent),
        )

    def marks(self) -> set[str]:
        """Return what would give LMT's customers, cases, lists and texts away."""
        texts = self.stage.assistant.texts.notices
        ours = {notice.fingerprint for notice in texts if notice.brand == "lmt"}
        return {NUMBER, WORDS, self.check, *self.cases.values(), *ours}

    def _filled(self, path: str) -> str:
        case = self.cases.get(path.rpartition("/")[2], self.cases["show"])
        names = {"check_id": self.check, "name": "allowed", "reference": case}
        return re.sub(r"\{(\w+):str\}", lambda found: names[found[1]], path)
