"""Random histories of one customer, for the laws."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st

from consent.decisions import Action, Decision
from consent.notices import Notice
from tests.builders import DAY, HOUR, PURPOSES, START, notice, said

QUICK = settings(max_examples=100, deadline=None)

_PURPOSE_ACTIONS = (
    Action.ASKED,
    Action.GIVEN,
    Action.REFUSED,
    Action.WITHDRAWN,
    Action.PAUSED,
)
_SWITCH_ACTIONS = (Action.ON, Action.OFF, Action.UNSET)
_SERVICE_ACTIONS = (Action.ENDED, Action.RESTARTED)
#: Few moments, so that ties and changes of order are common; some lie years back.
MOMENTS = tuple(START + n * HOUR for n in range(-4, 1)) + tuple(
    START - timedelta(days=365 * n) for n in (1, 2, 3)
)


@st.composite
def decisions(draw: st.DrawFn, names: tuple[str, ...] = PURPOSES) -> Decision:
    """Draw a decision about one of these subjects, at one of a few moments."""
    name = draw(st.sampled_from(names))
    at = draw(st.sampled_from(MOMENTS))
    if name == "service":
        return said(name, draw(st.sampled_from(_SERVICE_ACTIONS)), at=at)
    if name not in PURPOSES:
        return said(name, draw(st.sampled_from(_SWITCH_ACTIONS)), at=at)
    action = draw(st.sampled_from(_PURPOSE_ACTIONS))
    until = at + draw(st.sampled_from((HOUR, 3 * HOUR, DAY))) if action is Action.PAUSED else None
    return said(name, action, at=at, until=until, shown=_shown(draw, name, action))


def _shown(draw: st.DrawFn, name: str, action: Action) -> Notice | None:
    """Draw the notice of a yes: mostly the current one, at times one that nobody knows."""
    if action is not Action.GIVEN:
        return None
    return notice(name, major=draw(st.sampled_from((1, 1, 1, 9))))


def histories(*names: str, least: int = 0, most: int = 12) -> st.SearchStrategy[list[Decision]]:
    """Draw decisions about these subjects, or about everything there is."""
    subjects = names or (*PURPOSES, "sms", "email", "call", "news", "tariffs", "service")
    return st.lists(decisions(subjects), min_size=least, max_size=most)
