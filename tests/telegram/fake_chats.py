"""A chat as the customer sees it now: what stands in it, with which buttons and keyboard."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.telegram.fake_rules import Button, Markup
from tests.telegram.fake_updates import Json

EDITABLE = {"none", "inline"}


@dataclass(slots=True, kw_only=True)
class Shown:
    """One message, by the bot or by the customer, as it stands now."""

    id: int
    date: int
    by_bot: bool
    #: What was sent, and what is read.
    html: str = ""
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    rows: tuple[tuple[Button, ...], ...] = ()
    #: Which markup it was sent with; see `Markup.kind`.
    markup: str = "none"
    #: What else a customer's message holds: a sticker, a contact …
    content: Json = field(default_factory=dict)
    #: The file the bot sent with it.
    file: bytes = field(default=b"", repr=False)
    edit_date: int | None = None
    deleted: bool = False
    #: Too old to be edited.
    frozen: bool = False

    @property
    def edited(self) -> bool:
        """Say whether it was changed after it was sent."""
        return self.edit_date is not None

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """Return what the buttons say, row by row."""
        return tuple(tuple(b.label for b in row) for row in self.rows)

    @property
    def buttons(self) -> dict[str, str | None]:
        """Return what each label sends when it is pressed; none for a link."""
        return {b.label: b.data for row in self.rows for b in row}

    def as_json(self, chat: Json, sender: Json | None) -> Json:
        """Return the message as the Bot API writes it."""
        found: Json = {"message_id": self.id, "date": self.date, "chat": chat, **self.content}
        if sender is not None:
            found["from"] = sender
        optional = {
            "text": self.text,
            "entities": self.entities,
            "edit_date": self.edit_date,
            "reply_markup": self._markup(),
        }
        return found | {k: v for k, v in optional.items() if v}

    def _markup(self) -> Json | None:
        if not self.rows:
            return None
        rows = [[_button(b) for b in row] for row in self.rows]
        return {"inline_keyboard": rows}


def _button(button: Button) -> Json:
    kind = "url" if button.data is None else "callback_data"
    return {"text": button.label, kind: button.url if button.data is None else button.data}


@dataclass(slots=True)
class Chat:
    """One chat of one bot."""

    head: Json
    messages: dict[int, Shown] = field(default_factory=dict)
    blocked: bool = False
    #: What stands where the customer types, and which of it shares the contact.
    keys: tuple[tuple[str, ...], ...] = ()
    share: str | None = None
    one_time: bool = False
    _last: int = 0

    @property
    def id(self) -> int:
        """Return its id: the customer's own in a private chat."""
        return int(self.head["id"])

    @property
    def private(self) -> bool:
        """Say whether there is nobody else in it."""
        return str(self.head["type"]) == "private"

    def number(self) -> int:
        """Return the id of the next message."""
        self._last += 1
        return self._last

    def put(self, shown: Shown) -> Shown:
        """Show a message."""
        self.messages[shown.id] = shown
        return shown

    def standing(self) -> list[Shown]:
        """Return the bot's messages that are still there, oldest first."""
        return [m for m in self.messages.values() if m.by_bot and not m.deleted]

    def type_with(self, markup: Markup) -> None:
        """Change what stands where the customer types, as a message asked."""
        if markup.kind == "reply":
            self.keys, self.share, self.one_time = markup.keys, markup.share, markup.one_time
        elif markup.kind == "remove":
            self.hide_keys()

    def hide_keys(self) -> None:
        """Leave the customer with the letters."""
        self.keys, self.share = (), None
