"""What Telegram takes from a bot and what not, and our own rules of style on top.

A bot that sends rubbish must be caught by the test that made it send it. So each check refuses
in Telegram's own words, and what it refused is remembered as a violation even if the bot
shrugs the refusal off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.fake_html import Parsed, Unparsable, parse_html, units
from tests.telegram.fake_upload import Upload

#: Our own: what still looks well on a small screen.
MOST_ROWS = 8
LONGEST_LABEL = 24
#: Telegram's: what a bot may send.
LARGEST_FILE = 50 * 1024 * 1024

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LANGUAGE = re.compile(r"[a-z]{2}|")
_URL = re.compile(r"(?:https?|tg)://\S+")
_CONTENT = {"callback_data", "url"}
_LOOKS = {"text", "style", "icon_custom_emoji_id"}


class Refused(Exception):
    """Telegram says no: its code and words; `violation` if a careful bot never hears them."""

    def __init__(self, code: int, description: str, *, violation: bool = False) -> None:
        """Keep what will be answered."""
        super().__init__(description)
        self.code = code
        self.description = description
        self.violation = violation


def bad(description: str) -> Refused:
    """Return the refusal of something that should never have been sent."""
    return Refused(400, f"Bad Request: {description}", violation=True)


def amiss(description: str) -> Refused:
    """Return the refusal of something that may happen to a careful bot."""
    return Refused(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button as the customer sees it, with what pressing it does."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(slots=True)
class Markup:
    """What a message carries: buttons under it, or a change of the keyboard."""

    #: inline, reply, remove, force, or none
    kind: str = "none"
    rows: tuple[tuple[Button, ...], ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    share: str | None = None
    one_time: bool = False
    notes: list[str] = field(default_factory=list)


def check_text(params: dict[str, Any], too_long: str) -> Parsed:
    """Return the text of a message as the customer reads it.

    :raises Refused: empty, too long, or not the HTML we promise to send.
    """
    source, mode = str(params.get("text", "")), params.get("parse_mode")
    if mode not in {None, "", "HTML"}:
        raise bad("unsupported parse_mode")
    try:
        parsed = parse_html(source) if mode else Parsed(source.strip())
    except Unparsable as error:
        raise bad(f"can't parse entities: {error}") from error
    if not parsed.text:
        raise bad("message text is empty")
    if units(parsed.text) > 4096:
        raise bad(too_long)
    return parsed


def check_upload(params: dict[str, Any]) -> Upload:
    """Return the file that a call brought along.

    :raises Refused: none, an empty one, one too large, or too long a caption.
    """
    named = params.get("document", "")
    name = named.removeprefix("attach://") if isinstance(named, str) else "document"
    upload = params.get(name)
    if not isinstance(upload, Upload):
        raise bad("there is no document in the request")
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > LARGEST_FILE:
        raise Refused(413, "Request Entity Too Large", violation=True)
    if units(str(params.get("caption", ""))) > 1024:
        raise bad("message caption is too long")
    return upload


def check_markup(markup: dict[str, Any] | None, *, private: bool) -> Markup:
    """Return what a message carries.

    :raises Refused: a button Telegram does not take.
    """
    if not markup:
        return Markup()
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply(markup, private=private)
    if markup.get("remove_keyboard"):
        return Markup(kind="remove")
    if markup.get("force_reply"):
        return Markup(kind="force")
    raise bad("can't parse reply keyboard markup JSON object")


def _inline(keyboard: list[list[dict[str, Any]]]) -> Markup:
    rows = tuple(tuple(_button(b) for b in row) for row in keyboard if row)
    return Markup(kind="inline", rows=rows, notes=_style([[b.label for b in r] for r in rows]))


def _button(button: dict[str, Any]) -> Button:
    label = button.get("text", "")
    if not isinstance(label, str) or not label.strip():
        raise bad("inline keyboard button text must be non-empty")
    content = {k: v for k, v in button.items() if k not in _LOOKS and v}
    if not content:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(content) != 1 or not content.keys() <= _CONTENT:
        raise bad("can't parse inline keyboard button: exactly one of callback_data and url")
    data, url = content.get("callback_data"), content.get("url")
    if data is not None and len(data.encode()) > 64:
        raise bad("BUTTON_DATA_INVALID")
    if url is not None and not _URL.fullmatch(url):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return Button(label, data, url)


def _reply(markup: dict[str, Any], *, private: bool) -> Markup:
    rows = [[{"text": b} if isinstance(b, str) else b for b in r] for r in markup["keyboard"]]
    keys = tuple(tuple(str(b.get("text", "")) for b in row) for row in rows)
    if not all(label.strip() for row in keys for label in row):
        raise bad("keyboard button text must be non-empty")
    share = [str(b["text"]) for row in rows for b in row if b.get("request_contact")]
    if share and not private:
        raise bad("phone number can be requested in private chats only")
    return Markup(
        kind="reply",
        keys=keys,
        share=share[0] if share else None,
        one_time=bool(markup.get("one_time_keyboard")),
        notes=_style([list(row) for row in keys]),
    )


def _style(rows: list[list[str]]) -> list[str]:
    notes = [f"{len(rows)} rows of buttons"] if len(rows) > MOST_ROWS else []
    long = [label for row in rows for label in row if len(label) > LONGEST_LABEL]
    return notes + [f"a label of {len(label)} characters: {label!r}" for label in long]


def check_commands(params: dict[str, Any]) -> dict[str, str]:
    """Return commands and what they are said to do.

    :raises Refused: a name or description Telegram does not take.
    """
    check_language(params)
    commands = params.get("commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands JSON object")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    found = {}
    for command in commands:
        name, description = command.get("command", ""), command.get("description", "")
        if not _COMMAND.fullmatch(name):
            raise bad("BOT_COMMAND_INVALID")
        if not description.strip():
            raise bad("command description must be non-empty")
        if len(description) > 256:
            raise bad("command description length must not exceed 256")
        found[name] = description
    return found


def check_description(params: dict[str, Any], key: str, most: int) -> str:
    """Return what a bot says about itself.

    :raises Refused: longer than its place has room for.
    """
    check_language(params)
    text = str(params.get(key, ""))
    if len(text) > most:
        raise bad("ABOUT_TOO_LONG" if key == "short_description" else "DESCRIPTION_TOO_LONG")
    return text


def check_language(params: dict[str, Any]) -> str:
    """Return the language something is said in; empty for all the others.

    :raises Refused: not two small letters.
    """
    code = str(params.get("language_code", ""))
    if not _LANGUAGE.fullmatch(code):
        raise bad("invalid language code specified")
    return code


def check_secret(params: dict[str, Any]) -> str | None:
    """Return the secret of a webhook; none if it has none.

    :raises Refused: one that does not fit into a header.
    """
    secret = params.get("secret_token")
    if secret is None:
        return None
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    return str(secret)
