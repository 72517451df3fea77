"""Words that our English texts tell customers to send never fall into the provider's hands.

A provider acts on a message that is one of its words and nothing else (messaging.md, 1.2): CANCEL
would block us, YES would count as its own opt-in. STOP and START mean the same to both.
"""

from __future__ import annotations

import re

import pytest

from consent.notices import Form
from locales.wording import Texts
from sms.webhook import PROVIDER_START, PROVIDER_STOP
from tests.locales.conversations import replies
from tests.locales.situations import Stage
from tests.locales.voices import BRANDS, voice

_HELP = {"HELP", "INFO"}
_SHARED = {"STOP", "START"}
#: A word in capitals that no number follows: a whole message, as customers will send it.
_ALONE = re.compile(r"\b([A-Z]{2,})\b(?! ?[0-9])")


def _told(texts: Texts, brand: str) -> set[str]:
    """Return every word in capitals that a brand's English SMS can hold."""
    stage = Stage(texts, brand, "en", Form.SMS)
    speaker = voice(texts, brand, "en", Form.SMS)
    said = (speaker.message(m) for reply in replies(stage).values() for m in reply.messages)
    return {word for text in said for word in _ALONE.findall(text)}


@pytest.mark.parametrize("brand", BRANDS)
def test_no_word_of_ours_is_one_of_the_provider_s(texts: Texts, brand: str) -> None:
    """What we ask for reaches us, in whatever mode the sender is."""
    told = _told(texts, brand)
    assert {"STOP", "AGREE"} <= told
    assert set() == told & (PROVIDER_STOP | PROVIDER_START | _HELP) - _SHARED
