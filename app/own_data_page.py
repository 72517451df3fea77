"""The copy of a customer's data as a page to read: one file, no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape

from app.composition import Assistant
from app.own_data_style import STYLE
from app.own_data_words import CopyWords
from consent.batch_ports import NAMED_KIND
from consent.decisions import Action, Decision, Kind, Subject
from consent.notices import code_of
from consent.own_data import HeldAddress, HeldCase, HeldLook, HeldTalk, HeldText, OwnData
from consent.states import Lens, Switch

#: The file brings its own policy along, wherever it is opened.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(assistant: Assistant, data: OwnData, language: str) -> str:
    """Return everything on file about a customer, in their language."""
    words = CopyWords(assistant, data.brand, language)
    lens = assistant.house.lens(data.brand, data.made_at)
    body = _Page(words, data, lens).body()
    return document(words, words.say("title"), body, policy=_POLICY)


def document(words: CopyWords, title: str, body: str, *, policy: str = "") -> str:
    """Return a whole page in the style of the copy; the title is escaped already."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return (
        f'<!doctype html><html lang="{words.language}" class="{escape(words.brand.id)}"><head>'
        f'<meta charset="utf-8">{meta}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex,nofollow">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{title}</h1>{body}</main></body></html>\n"
    )


class _Page:
    """The sections of a copy."""

    def __init__(self, words: CopyWords, data: OwnData, lens: Lens) -> None:
        self._words, self._data, self._lens = words, data, lens
        self._say = words.say
        self._contacts = lens.contacts(data.standing)
        self._numbers = {held.fingerprint: n for n, held in enumerate(data.texts, 1)}

    def body(self) -> str:
        data, controller = self._data, self._words.brand.controller
        since = min(chain.since for chain in data.chains)
        rights = {"phone": controller.phone, "email": controller.email}
        return "".join(
            (
                _line(self._say("lead", at=self._at(data.made_at))),
                _line(self._say("since", at=self._at(since)), "quiet"),
                self._joined(),
                self._section("now", self._consents()),
                self._section("contact", self._switches()),
                self._section("history", _listed(map(self._entry, data.history), "ol")),
                self._section("texts", _listed(map(self._text, data.texts), "ol")),
                self._section("addresses", _listed(map(self._address, data.addresses))),
                self._section("cases", _listed(map(self._case, data.cases))),
                self._section("talks", _listed(map(self._talk, data.talks)) + self._counts()),
                self._section("looks", _listed(map(self._look, data.looks))),
                self._section("told", self._told()),
                self._section("imported", self._imported()),
                "<footer>",
                _line(self._say("file")),
                _line(self._say("rights", controller=controller.name, **rights)),
                "</footer>",
            )
        )

    def _section(self, name: str, content: str) -> str:
        nothing = _line(self._say("none"), "quiet")
        return f"<section><h2>{self._say(name)}</h2>{content or nothing}</section>"

    def _at(self, moment: datetime) -> str:
        return self._words.moment(moment)

    def _joined(self) -> str:
        count = len(self._data.chains)
        return _line(self._say("joined", count=count), "quiet") if count > 1 else ""

    def _consents(self) -> str:
        rows = []
        for purpose in self._lens.catalogue.purposes:
            reading = self._lens.read(self._data.standing, purpose)
            state = self._words.state(reading.state.value)
            if reading.until:
                state += f", {self._words.plain('until', until=self._at(reading.until))}"
            since = self._at(reading.mark.at) if reading.mark else ""
            rows.append((self._words.subject(Subject.purpose(purpose.id)), state, since))
        head = "".join(f"<th>{self._say(name)}</th>" for name in ("consent", "state", "from"))
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _switches(self) -> str:
        catalogue = self._lens.catalogue
        channels = [Subject.channel(c.id) for c in catalogue.channels]
        topics = [Subject.topic(t.id) for t in catalogue.topics]
        return _listed(map(self._switch, [*channels, *topics]))

    def _switch(self, about: Subject) -> str:
        state, mark = self._lens.switch(self._data.standing, about)
        if state is Switch.UNSET and about.kind is Kind.TOPIC and self._contacts:
            # A topic nobody has touched is on (meaning.md, "Channels and topics").
            state = Switch.ON
        said = f"{self._words.subject(about)}: {self._words.state(state.value)}"
        if mark and state is not Switch.UNSET:
            said += f", {self._at(mark.at)}"
        blocked = self._data.blocked.get(about.id)
        note = self._say("blocked", at=self._at(blocked)) if blocked else ""
        return _line(escape(said)) + _line(note, "quiet")

    def _entry(self, decision: Decision) -> str:
        when = f"{self._at(decision.said_at)} · {self._words.door(decision.door)}"
        until = self._say("until", until=self._at(decision.until)) if decision.until else ""
        is_theirs, is_question = decision.actor == "customer", decision.action is Action.ASKED
        number = code_of(decision.hash)
        return "".join(
            (
                f"<h3>{escape(self._words.heading(decision))}</h3>",
                _line(until),
                _line(escape(when), "quiet"),
                "" if is_theirs else _line(self._say("by", actor=decision.actor), "quiet"),
                self._evidence(decision),
                _line(self._shown(decision), "quiet"),
                "" if is_question else _line(escape(self._words.receipt(number)), "quiet"),
            )
        )

    def _evidence(self, decision: Decision) -> str:
        found = decision.evidence
        if found is None:
            return ""
        proof = self._words.code("proof", found.proof_kind)
        if decision.method == "button":
            said = _line(self._say("button", words=found.words))
        elif decision in self._data.imported:
            said = _line(self._say("document", words=found.words)) if found.words else ""
        else:
            said = self._quoted("words", found.words)
        return said + _line(self._say("proof", proof=proof), "quiet")

    def _quoted(self, name: str, words: str | None) -> str:
        return f"<p>{self._say(name)} <q>{escape(words)}</q></p>" if words else ""

    def _shown(self, decision: Decision) -> str:
        """Return which texts were shown, as links to where they stand."""
        first = self._reference(decision.notice)
        full = self._reference(decision.linked_notice)
        linked = self._say("linked", text="\0").replace("\0", full) if full else ""
        return "; ".join(part for part in (first, linked) if part)

    def _reference(self, fingerprint: str | None) -> str:
        number = self._numbers.get(fingerprint or "")
        return f'<a href="#t{number}">{self._say("text", number=number)}</a>' if number else ""

    def _text(self, held: HeldText) -> str:
        number = self._numbers[held.fingerprint]
        about = (
            self._words.subject(Subject.purpose(held.purpose)),
            self._words.plain("version", version=held.version),
            self._words.spoken(held.language),
            code_of(held.fingerprint),
        )
        return (
            f'<h3 id="t{number}">{self._say("text", number=number)}</h3>'
            f"{_line(escape(' · '.join(about)), 'quiet')}"
            f'<blockquote lang="{escape(held.language)}">{escape(held.text)}</blockquote>'
        )

    def _address(self, held: HeldAddress) -> str:
        kind = self._words.code("kind", held.kind)
        proof = self._words.code("proof", held.proof_kind)
        said = "noted" if held.proof_kind == NAMED_KIND else "proven"
        gone = held.unreachable_since
        return "".join(
            (
                _line(escape(f"{kind}: {held.value}")),
                _line(self._say(said, at=self._at(held.proven_at), proof=proof), "quiet"),
                _line(self._say("unreachable", at=self._at(gone)), "quiet") if gone else "",
            )
        )

    def _case(self, held: HeldCase) -> str:
        dates = [self._say("opened", at=self._at(held.opened_at))]
        if held.closed_at:
            dates.append(self._say("closed", at=self._at(held.closed_at)))
        elif held.due_at:
            dates.append(self._say("due", at=self._at(held.due_at)))
        about = self._words.subject(Subject.purpose(held.purpose)) if held.purpose else ""
        kind = self._words.code("case", held.kind)
        return "".join(
            (
                f"<h3>{escape(' · '.join(part for part in (kind, held.id) if part))}</h3>",
                _line(escape(about)),
                _line(" · ".join(dates), "quiet"),
                self._quoted("words", held.words),
                self._quoted("answer", held.answer),
                self._quoted("reason", held.reason),
            )
        )

    def _talk(self, held: HeldTalk) -> str:
        spoken, door = self._words.spoken(held.language), self._words.door(held.door)
        said = self._say("talk", door=door, address=held.address or "–", language=spoken)
        waits = self._say("waits") if held.awaiting else ""
        return _line(said) + _line(waits, "quiet") + self._quoted("words", held.words)

    def _counts(self) -> str:
        data = self._data
        counted = (("answered", data.messages), ("sent", data.sendings), ("links", data.links))
        return "".join(_line(self._say(name, count=len(held)), "quiet") for name, held in counted)

    def _look(self, look: HeldLook) -> str:
        who = f"{self._at(look.at)} · {look.viewer}"
        reason = f" ({look.reason})" if look.reason else ""
        return _line(escape(self._words.look(look) + reason)) + _line(escape(who), "quiet")

    def _told(self) -> str:
        data, last = self._data, self._data.told_last
        what = _line(self._say("told.what"))
        if last is None:
            return what
        return what + _line(self._say("told.times", count=data.told, at=self._at(last)), "quiet")

    def _imported(self) -> str:
        count = len(self._data.imported)
        return _line(self._say("imported.count", count=count)) if count else ""


def _line(content: str, kind: str = "") -> str:
    """Return a paragraph of what is escaped already; nothing of nothing."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{content}</p>" if content else ""


def _listed(items: Iterable[str], tag: str = "ul") -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f"<{tag}>{rows}</{tag}>" if rows else ""
