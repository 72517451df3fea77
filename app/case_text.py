"""What staff write to a customer: cleaned, and measured as it will leave.

Whoever reads it sees it in the frame of their language, in the name of the brand.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from consent.case_ports import Draft, Reach
from consent.case_refusals import CaseUnfit, Why
from consent.catalogue import BrandId
from consent.notices import Form
from consent.replies import Message, Reply
from locales.wording import Texts, Wording
from sms.encoding import Encoding, cost
from sms.render import render

_SMS = "sms"
#: A customer reads it on a phone, and every part is paid for.
_MOST_PARTS = 3
_PART = {Encoding.GSM7: 153, Encoding.UCS2: 67}
#: What fits into one message of Telegram beside its frame.
_LONGEST_IN_CHAT = 3500
#: Typographic characters that would turn a whole SMS into short parts.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("‐‑‒–—―−•", "-"),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u3000\t", " "),
        "…": "...",
    }
)
#: Control characters, halves of pairs, and what turns or hides text.
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def cleaned(text: str, door: str) -> str:
    """Return what staff wrote, fit to be sent: nothing in it that nobody can see.

    :raises CaseUnfit: nothing is left.
    """
    said = unicodedata.normalize("NFC", text).translate(_PLAIN if door == _SMS else {})
    lines = ("".join(map(_seen, line)).strip() for line in said.splitlines())
    kept = "\n".join(lines).strip()
    if not kept:
        raise CaseUnfit(Why.NO_WORDS, "There are no words to send.")
    return kept


def _seen(character: str) -> str:
    return "" if unicodedata.category(character) in _UNWANTED else character


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How long a brand's messages to its customers are, as they leave."""

    texts: Texts
    brand: str

    def draft(self, words: str) -> Draft:
        """Return what staff want to tell, to be fitted to where it goes."""
        return Draft(words=lambda door: cleaned(words, door), form=self._form)

    def size(self, message: Message, reach: Reach) -> str:
        """Return in words how long a message is, and what carries it.

        :raises CaseUnfit: too long.
        """
        form = self._written(reach)
        owner = self.texts.catalogue.brands[BrandId(self.brand)]
        language = reach.language or owner.default_language
        voice = Wording(self.texts, brand=self.brand, language=language, form=form, link_base="")
        words = render(Reply(language=language, messages=(message,)), voice, form)
        return _as_sms(words) if reach.door == _SMS else _as_chat(words)

    def _form(self, message: Message, reach: Reach) -> Form | None:
        self.size(message, reach)
        chosen = reach.door == _SMS and reach.diacritics is not None
        return self._written(reach) if chosen else None

    def _written(self, reach: Reach) -> Form:
        if reach.door != _SMS:
            return Form.CHAT
        usual = self.texts.catalogue.brands[BrandId(self.brand)].sms_diacritics
        full = usual if reach.diacritics is None else reach.diacritics
        return Form.SMS if full else Form.SMS_PLAIN


def _as_sms(words: str) -> str:
    price = cost(words)
    if price.parts > _MOST_PARTS:
        over = price.units - _MOST_PARTS * _PART[price.encoding]
        raise CaseUnfit(
            Why.LONG_SMS,
            f"It would take {price.parts} SMS parts, and at most {_MOST_PARTS} are sent: "
            f"it is about {over} characters too long.",
            parts=price.parts,
            most=_MOST_PARTS,
            over=over,
        )
    return "an SMS" if price.parts == 1 else f"an SMS of {price.parts} parts"


def _as_chat(words: str) -> str:
    if len(words) > _LONGEST_IN_CHAT:
        over = len(words) - _LONGEST_IN_CHAT
        told = f"It is {over} characters too long for a message in Telegram."
        raise CaseUnfit(Why.LONG_CHAT, told, over=over)
    return "a message in Telegram"
