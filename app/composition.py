"""Putting the assistant together: one function, used by every command and by the tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from app.newcomers import Newcomers
from consent.batch_ports import Batches
from consent.catalogue import BrandId, Catalogue
from consent.desk import ConsentDesk, House
from consent.notices import Form, Notice
from consent.papers import WiderShelf
from consent.ports import Clock, Ledger
from locales.lexicon import load_lexicon
from locales.wording import Texts, Wording, load_texts
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger


class SystemClock:
    """`consent.ports.Clock` of this machine."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """The assistant, ready to answer."""

    catalogue: Catalogue
    texts: Texts
    desk: ConsentDesk
    house: House
    clock: Clock
    link_base: str
    voices: dict[tuple[str, str, Form], Wording] = field(default_factory=dict)

    def on(self, ledger: Ledger, *, texting: frozenset[str] = frozenset()) -> Assistant:
        """Return the same assistant before another ledger; words are loaded only once."""
        house = replace(self.house, texting=texting)
        desk = ConsentDesk(house, ledger, self.clock, SystemEntropy())
        return replace(self, house=house, desk=desk)

    def sms_form(self, brand: str) -> Form:
        """Return how a brand writes SMS to those who have not chosen."""
        full = self.catalogue.brands[BrandId(brand)].sms_diacritics
        return Form.SMS if full else Form.SMS_PLAIN

    def wording(self, brand: str, language: str, form: Form) -> Wording:
        """Return the voice of a brand in a language; built once each."""
        key = (brand, language, form)
        if key not in self.voices:
            self.voices[key] = Wording(
                self.texts, brand=brand, language=language, form=form, link_base=self.link_base
            )
        return self.voices[key]


def compose(  # noqa: PLR0913
    root: Path,
    ledger: Ledger,
    link_base: str,
    clock: Clock | None = None,
    *,
    texting: frozenset[str] = frozenset(),
    papers: Iterable[Notice] = (),
    batches: Batches | None = None,
    public: bool = False,
) -> Assistant:
    """Load and check all words, and put the desk in front of a ledger.

    :param texting: the brands that can send SMS of their own accord.
    :param papers: the texts that were registered with the store.
    :param batches: where decisions taken elsewhere are recorded.
    :param public: customers can open pages of ours.

    :raises CatalogueBroken: the operator's data cannot be used.
    :raises WordsBroken: a text is missing, broken or changed without a version.
    """
    texts = load_texts(root)
    texts = replace(texts, notices=WiderShelf(texts.notices, papers))
    lexicon = load_lexicon(root, texts.catalogue)
    house = House(
        catalogue=texts.catalogue,
        notices=texts.notices,
        lexicon=lexicon,
        texting=texting,
        public=public,
    )
    ticking = clock or SystemClock()
    allowance = Newcomers(ticking.now)
    return Assistant(
        catalogue=texts.catalogue,
        texts=texts,
        desk=ConsentDesk(house, ledger, ticking, SystemEntropy(), allowance, batches),
        house=house,
        clock=ticking,
        link_base=link_base,
    )


async def register_notices(assistant: Assistant, ledger: SqlLedger) -> None:
    """Keep the exact text of every notice in use; learn those that were in use before."""
    texts = assistant.texts
    used = [
        (notice, texts.notice_texts[notice.fingerprint])
        for notice in texts.notices
        if notice.fingerprint in texts.notice_texts
    ]
    await ledger.register(used, assistant.clock.now())
    for digest, text in (await ledger.notice_texts()).items():
        texts.notice_texts.setdefault(digest, text)
