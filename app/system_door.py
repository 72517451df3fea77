"""What other systems may call besides checks and counts: texts, the feed, decisions, cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ad_texts import open_ad_desk
from app.case_desk import CaseDesk
from app.case_routes import case_routes
from app.composition import Assistant
from app.decision_routes import decision_routes
from app.feed_routes import feed_routes
from app.lint_route import lint_routes
from app.notice_list_route import NoticeDesk, notice_list_routes
from app.rate_limits import Quota, Quotas, RateLimits
from app.settings import Settings
from app.store import Store
from app.system_access import Guard, system_guard
from consent.access import TokenScope
from locales import ROOT
from storage.notices import SqlNotices

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler


def system_routes(
    assistant: Assistant, store: Store, settings: Settings, *, quotas: Quotas | None = None
) -> list[HTTPRouteHandler]:
    """Return all routes of this door."""
    clock, most = assistant.clock, quotas or Quotas()
    limits = RateLimits(clock.now)

    def let_in(scope: TokenScope, quota: Quota) -> list[Guard]:
        return [system_guard(store.tokens, clock, scope), limits.guard(quota)]

    ads = open_ad_desk(ROOT, settings, assistant.catalogue, assistant.house.lexicon)
    cases = CaseDesk(cases=store.cases, assistant=assistant)
    notices = NoticeDesk(register=SqlNotices(store.database), shelf=assistant.texts.notices)
    return [
        *lint_routes(ads, let_in(TokenScope.TEXTS, most.texts)),
        *feed_routes(store.feed, clock, let_in(TokenScope.FEED, most.feed)),
        *decision_routes(
            assistant.desk, assistant.house, let_in(TokenScope.DECISIONS, most.decisions)
        ),
        *case_routes(
            cases,
            reads=let_in(TokenScope.CASES, most.cases),
            writes=let_in(TokenScope.ANSWERS, most.answers),
        ),
        *notice_list_routes(notices, let_in(TokenScope.NOTICES, most.notices)),
    ]
