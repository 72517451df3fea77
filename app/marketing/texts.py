"""The texts customers are shown: every version in three languages, as it looks when read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from litestar import Response, get
from litestar.params import QueryParameter
from markupsafe import Markup

from app.composition import Assistant
from app.marketing.session import Staff, StaffDoor, needs
from app.marketing.terms import Terms
from bot.render import render as as_chat
from consent.notices import Form, Notice
from consent.replies import Message, Reply
from marketing.access import Right
from sms.encoding import Cost, cost

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_WORDS = re.compile(r"\s+|[^\s]+")
_TAGS = {"insert": "ins", "delete": "del"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One version of one text, as it looks."""

    notice: Notice
    #: As HTML, made by what sends it.
    looks: Markup
    #: Of an SMS: what it takes.
    cost: Cost | None
    #: Against the version before, with what was added and taken away marked; empty of the first.
    changes: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One language of a text: the version in use, and those before it, newest first."""

    language: str
    shown: tuple[Shown, ...]


def text_routes(door: StaffDoor, assistant: Assistant) -> list[HTTPRouteHandler]:
    """Return the route of the texts."""

    @get("/marketing/texts", guards=[needs(Right.TEXTS)])
    async def show(
        staff: Staff, purpose: Annotated[str, QueryParameter(max_length=40)] = ""
    ) -> Response[str]:
        catalogue = assistant.catalogue
        known = [str(p.id) for p in catalogue.purposes]
        asked = purpose if purpose in known else known[0]
        forms = {
            form: [_column(assistant, staff.brand, asked, x, form) for x in catalogue.languages]
            for form in Form
        }
        return door.frame.page(
            staff,
            "texts.html",
            section="texts",
            terms=Terms(assistant, staff),
            purposes=known,
            purpose=asked,
            forms={
                form.value: found
                for form, columns in forms.items()
                if (found := [column for column in columns if column.shown])
            },
        )

    return [show]


def _column(assistant: Assistant, brand: str, purpose: str, language: str, form: Form) -> Column:
    wanted = (brand, purpose, language, form)
    versions = sorted(
        (n for n in assistant.texts.notices if (n.brand, n.purpose, n.language, n.form) == wanted),
        key=lambda notice: (notice.major, notice.minor),
    )
    known = [n for n in versions if n.fingerprint in assistant.texts.notice_texts]
    before = {new.fingerprint: old for old, new in pairwise(known)}
    shown = [_shown(assistant, notice, before.get(notice.fingerprint)) for notice in known]
    return Column(language=language, shown=tuple(reversed(shown)))


def _shown(assistant: Assistant, notice: Notice, before: Notice | None) -> Shown:
    texts = assistant.texts.notice_texts
    text = texts[notice.fingerprint]
    is_chat = notice.form is Form.CHAT
    if is_chat:
        voice = assistant.wording(notice.brand, notice.language, notice.form)
        message = Message("notice", {"notice": notice.fingerprint})
        (part,) = as_chat(Reply(language=notice.language, messages=(message,)), voice)
        # Escaped by the bot's own door, which sends it so.
        looks = Markup(part.html)  # noqa: S704
    else:
        looks = Markup("{}").format(text)
    return Shown(
        notice=notice,
        looks=looks,
        cost=None if is_chat else cost(text),
        changes=changes(texts[before.fingerprint], text) if before else Markup(),
    )


def changes(old: str, new: str) -> Markup:
    """Return a text with the words marked that were added to it and taken from it."""
    return Markup("").join(_marked(old, new))


def _marked(old: str, new: str) -> Iterator[Markup]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Markup("{}").format("".join(after[k:m]))
            continue
        for kind, words in (("delete", before[i:j]), ("insert", after[k:m])):
            if words:
                mark = Markup(f"<{_TAGS[kind]}>{{}}</{_TAGS[kind]}>")  # noqa: S704
                yield mark.format("".join(words))
