"""What the assistant says: `Wording` renders a message for a brand, language and medium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date

from consent.catalogue import Brand, BrandId, Catalogue
from consent.notices import Form, NoticeShelf, fingerprint
from consent.replies import Message, Option, Param, Row
from locales.catalogue_source import load_catalogue
from locales.notice_lock import check_lock, read_lock
from locales.notice_source import compose, fill_in, values_of
from locales.phrases import Strings, read_strings

_DAY = {"en": "d MMM yyyy"}
_PLAIN_DAY = "dd.MM.yyyy"
_SIGNS = {"given": "✓", "asked": "…"}
#: How a list of consents names each: key of the list -> line.
_LINES = {"overview": "line.menu", "states": "line.status", "page": "line.page"}
_MOMENTS = frozenset({"at", "since", "until", "due"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Texts:
    """All words, loaded and checked."""

    catalogue: Catalogue
    notices: NoticeShelf
    #: Exact notice texts by fingerprint.
    notice_texts: dict[str, str]
    #: Pages by (name, language, brand).
    pages: Mapping[tuple[str, str, str], str]
    strings: Mapping[str, Mapping[str, Strings]]


def load_texts(root: Path) -> Texts:
    """Load and check everything that is said.

    :raises CatalogueBroken: the catalogue cannot be used.
    :raises WordsBroken: a text is missing, broken or changed without a version.
    """
    catalogue = load_catalogue(root)
    shelf, texts = read_lock(root), compose(root, catalogue)
    check_lock(texts, shelf)
    pages = {
        ("privacy", language, str(brand.id)): fill_in(
            root / language / "pages", "privacy", brand, values_of(brand, language)
        )
        for language in catalogue.languages
        for brand in catalogue.brands.values()
    }
    return Texts(
        catalogue=catalogue,
        notices=shelf,
        notice_texts={fingerprint(t): t for t in texts.values()},
        pages=pages,
        strings=read_strings(root, catalogue),
    )


class Wording:
    """Says messages and labels in one brand's name, in one language, for one medium."""

    def __init__(
        self, texts: Texts, *, brand: str, language: str, form: Form, link_base: str
    ) -> None:
        """Choose the voice; `link_base` is the public address without a final slash."""
        self._texts = texts
        self._brand: Brand = texts.catalogue.brands[BrandId(brand)]
        self._language = language
        self._short = form is not Form.CHAT
        self._link_base = link_base
        self._strings = texts.strings[language]
        self._values = values_of(self._brand, language)
        self._purposes_by_id = {
            str(p.id): {k: self._name("purpose", p.id, k) for k in ("title", "label", "gain")}
            | {"number": str(p.number)}
            for p in texts.catalogue.purposes
        }
        self._values["labels"] = ", ".join(
            f"{known['number']} {known['label']}" for known in self._purposes_by_id.values()
        )

    def message(self, message: Message) -> str:
        """Return the words of a message.

        :raises KeyError: a text uses a placeholder that the message does not carry.
        """
        if message.id == "notice":
            return self._texts.notice_texts[str(message.params["notice"])]
        if message.id == "privacy" and not self._short:
            return self._texts.pages["privacy", self._language, self._brand.id]
        values = self._expand(message.params)
        if message.id == "page.state":
            return values["lines"]
        count = message.params.get("given")
        template = self._template(message.id, count if isinstance(count, int) else None)
        return template.format_map(values)

    def receipt(self, number: str) -> str:
        """Return the line under a receipt that numbers it."""
        return self._template("receipt").format_map({"receipt": number})

    def option(self, option: Option) -> str:
        """Return the label of an option, as on a button."""
        if option.name == "language" and option.language:
            return self._template(f"language.{option.language}")
        params = {
            "purpose": option.purpose,
            "channel": option.channel,
            "topic": option.topic,
        }
        values = self._expand({k: v for k, v in params.items() if v})
        return self._template(f"option.{option.name}").format_map(values)

    @property
    def page_words(self) -> Mapping[str, str]:
        """The playground's own words."""
        page = self._strings["playground"]
        return {name: page.say(name) for name in sorted(page.ids)}

    def name(self, kind: str, item: str) -> str:
        """Return the short name of a purpose, channel or topic."""
        return self._name(kind, item, "label" if kind == "purpose" else "name")

    def moment(self, at: datetime) -> str:
        """Return a day and a time, local to the customers, to the second."""
        local = at.astimezone(self._texts.catalogue.timezone)
        return f"{self._moment('since', at)['since']} {local:%H:%M:%S}"

    def title(self, purpose: str) -> str:
        """Return the full name of a consent."""
        return self._name("purpose", purpose, "title")

    def _template(self, message_id: str, count: int | None = None) -> str:
        short = self._strings["sms"]
        if self._short and message_id in short.ids:
            return short.say(message_id, count)
        chat = self._strings["chat"]
        if message_id not in chat.ids:
            raise KeyError(message_id)
        return chat.say(message_id, count)

    def _name(self, kind: str, item: str, part: str) -> str:
        return self._strings["purposes"].say(f"{kind}.{item}.{part}").format_map(self._values)

    def _expand(self, params: Mapping[str, Param]) -> dict[str, str]:
        values = dict(self._values)
        for key, value in params.items():
            values |= self._value(key, value)
        return values

    def _value(self, key: str, value: Param) -> dict[str, str]:  # noqa: PLR0911
        if value is None:
            return {key: ""}
        if key in _MOMENTS:
            return self._moment(key, datetime.fromisoformat(str(value)))
        if key == "purpose":
            return self._purpose("", str(value))
        if key == "other":
            return self._other(str(value))
        if key == "notice":
            found = self._texts.notices.find(str(value))
            return {"version": found.version if found else ""}
        if key in {"channel", "topic"}:
            return {key: self._name(key, str(value), "name")}
        if key == "link":
            return {"link": f"{self._link_base}/n/{value}"}
        if key == "own_link":
            return {key: f"{self._link_base}/my/{value}"}
        if not isinstance(value, str | int):
            return self._list(key, value)
        return {key: str(value)}

    def _moment(self, key: str, moment: datetime) -> dict[str, str]:
        local = moment.astimezone(self._texts.catalogue.timezone)
        day, clock = _day(local.date(), self._language), f"{local:%H:%M}"
        if key == "at":
            return {"date": day, "time": clock}
        return {key: f"{day} {clock}" if key == "until" else day}

    def _purpose(self, prefix: str, purpose_id: str) -> dict[str, str]:
        known = self._purposes_by_id[purpose_id]
        return {f"{prefix}{k}": v for k, v in known.items()} if prefix else known

    def _other(self, name: str) -> dict[str, str]:
        """Return the words for another brand, or for the purpose beside this one."""
        if BrandId(name) not in self._texts.catalogue.brands:
            return self._purpose("other_", name)
        brand = self._texts.catalogue.brands[BrandId(name)]
        return {
            "other": brand.name,
            "other_phone": brand.controller.phone,
            "other_email": brand.controller.email,
        }

    def _list(self, key: str, value: Sequence[str | Row]) -> dict[str, str]:
        rows = [item for item in value if isinstance(item, Mapping)]
        ids = [item for item in value if isinstance(item, str)]
        if key == "purposes":
            return self._purposes(ids)
        if key in {"channels", "topics"}:
            kind = key.removesuffix("s")
            return {key: ", ".join(self._name(kind, item, "name") for item in ids)}
        if key == "switches":
            return {"lines": self._separator.join(self._switch_line(row) for row in rows)}
        if key == "changes":
            versions = (self._texts.notices.find(item) for item in ids)
            return {key: " ".join(dict.fromkeys(v.changed for v in versions if v))}
        if key in {"cases", "all"}:
            line = self._case_line if key == "cases" else self._bare_switch_line
            return {"lines": "\n".join(map(line, rows))}
        return {
            "lines": "\n".join(self._state_line(row, _LINES[key]) for row in rows),
            "line": self._compact(rows),
        }

    @property
    def _separator(self) -> str:
        return ", " if self._short else "\n"

    def _purposes(self, ids: list[str]) -> dict[str, str]:
        names = [self._purpose("", p) for p in ids]
        numbers = ", ".join(n["number"] for n in names)
        if self._short:
            return {"titles": ", ".join(f"{n['number']} {n['label']}" for n in names)} | {
                "numbers": numbers
            }
        lines = "\n".join(f"– {n['number']}. {n['title']}" for n in names)
        return {"titles": lines, "numbers": numbers}

    def _state_line(self, row: Row, line: str) -> str:
        """One consent: in the status and on its page with date and source, else without."""
        state = row.get("state")
        params: dict[str, Param] = {"purpose": row["purpose"]}
        if state is None:
            return self._template("line.menu.unknown").format_map(self._expand(params))
        words = {"state": self._template(f"state.{state}"), "sign": _SIGNS.get(str(state), "–")}
        name = line if line == "line.menu" else f"{line}{_ending(row)}"
        if not name.endswith((".menu", ".bare")):
            params |= {"since": row["since"], "until": row.get("until")}
            words["source"] = self._source(row)
        return self._template(name).format_map(self._expand(params) | words)

    def _source(self, row: Row) -> str:
        name = f"source.{row.get('source')}"
        # Other systems have names that no text knows.
        return self._template(name if name in self._strings["chat"].ids else "source.import")

    def _switch_line(self, row: Row) -> str:
        values = self._expand({"since": row["since"]}) | {
            "name": self._name(str(row["kind"]), str(row["id"]), "name"),
            "switch": self._template(f"switch.{row['state']}"),
            "source": self._source(row),
        }
        return self._template("line.switch").format_map(values)

    def _case_line(self, row: Row) -> str:
        """One request that waits for an answer."""
        kind = self._template(f"case.kind.{row['kind']}")
        values = self._expand({"case": row["case"], "due": row["due"]})
        return self._template("line.case").format_map(values | {"kind": kind})

    def _bare_switch_line(self, row: Row) -> str:
        name = self._name(str(row["kind"]), str(row["id"]), "name")
        words = {"switch": self._template(f"switch.{row['state']}")}
        sign = "✓" if row["state"] == "on" else "–"
        return self._template("line.switch.bare").format_map({"name": name, "sign": sign} | words)

    def _compact(self, rows: Sequence[Row]) -> str:
        """The line customers know from other SMS services: `LMT: 1+ 2- …` (language.md, 6)."""
        states = {str(row["purpose"]): row.get("state") for row in rows}
        marks = [
            f"{p.number}{'+' if states.get(p.id) == 'given' else '-'}"
            for p in self._texts.catalogue.purposes
        ]
        return f"{self._brand.name}: {' '.join(marks)}"


@lru_cache(maxsize=1_024)
def _day(day: date, language: str) -> str:
    """Return a day as it is written; babel looks for its files each time."""
    locale = "en_GB" if language == "en" else language
    return format_date(day, _DAY.get(language, _PLAIN_DAY), locale=locale)


def _ending(row: Row) -> str:
    """Return which line tells a consent's state: with an end, with a date, or without."""
    if row.get("state") == "paused":
        return ".paused"
    return ".bare" if row.get("since") is None else ""
