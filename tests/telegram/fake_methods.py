"""The methods of the Bot API: what a call does to what Telegram knows of the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram import fake_rules as rules
from tests.telegram.fake_chats import EDITABLE, Chat, Shown
from tests.telegram.fake_html import units
from tests.telegram.fake_rules import Markup, Refused, amiss, bad
from tests.telegram.fake_state import BotState, Webhook
from tests.telegram.fake_updates import Json

Params = dict[str, Any]
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_HOOKED = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def get_me(bot: BotState, _: Params) -> Json:
    """Say who the bot is."""
    return bot.as_json() | {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def get_updates(bot: BotState, params: Params) -> list[Json]:
    """Return what waits, forget what the offset confirms, wait if there is nothing."""
    if bot.webhook.url:
        raise Refused(409, _HOOKED)
    bot.queue.allow(params.get("allowed_updates"))
    bot.queue.confirm(params.get("offset", 0))
    limit = min(max(params.get("limit", 100), 1), 100)
    return await bot.queue.poll(limit, params.get("timeout", 0))


def set_webhook(bot: BotState, params: Params) -> bool:
    """Send updates to an address from now on; an empty one ends that."""
    url, secret = params.get("url", ""), rules.check_secret(params)
    if not url:
        return delete_webhook(bot, params)
    if not url.startswith(("http://", "https://")):
        raise bad("bad webhook: invalid webhook URL specified")
    connections = params.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad("max_connections must be between 1 and 100")
    bot.queue.allow(params.get("allowed_updates"))
    bot.webhook = Webhook(url, secret, bot.queue.allowed, connections)
    bot.queue.interrupt("Conflict: terminated by setWebhook request")
    _drop(bot, params)
    return True


def delete_webhook(bot: BotState, params: Params) -> bool:
    """Let updates wait to be fetched again."""
    bot.webhook = Webhook()
    _drop(bot, params)
    return True


def _drop(bot: BotState, params: Params) -> None:
    if params.get("drop_pending_updates"):
        bot.queue.drop()


def get_webhook_info(bot: BotState, _: Params) -> Json:
    """Say where updates go and how that is getting on."""
    hook = bot.webhook
    found: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue.pending),
    }
    optional = {
        "max_connections": hook.max_connections if hook.url else None,
        "allowed_updates": bot.queue.allowed,
        "last_error_date": hook.last_error_date,
        "last_error_message": hook.last_error_message,
    }
    return found | {k: v for k, v in optional.items() if v}


def set_my_commands(bot: BotState, params: Params) -> bool:
    """Offer commands to customers of one language."""
    bot.profile.commands[_scope(params)] = rules.check_commands(params)
    return True


def delete_my_commands(bot: BotState, params: Params) -> bool:
    """Offer no commands of their own to customers of one language."""
    bot.profile.commands.pop(_scope(params), None)
    return True


def get_my_commands(bot: BotState, params: Params) -> list[Json]:
    """Say which commands were set for exactly that scope and language."""
    found = bot.profile.commands.get(_scope(params), {})
    return [{"command": name, "description": says} for name, says in found.items()]


def _scope(params: Params) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    return scope["type"], rules.check_language(params)


def set_my_description(bot: BotState, params: Params) -> bool:
    """Say in an empty chat what the bot is for."""
    text = rules.check_description(params, "description", 512)
    _say(bot.profile.descriptions, rules.check_language(params), text)
    return True


def set_my_short_description(bot: BotState, params: Params) -> bool:
    """Say on the bot's page what it is for."""
    text = rules.check_description(params, "short_description", 120)
    _say(bot.profile.short_descriptions, rules.check_language(params), text)
    return True


def get_my_description(bot: BotState, params: Params) -> Json:
    """Say what an empty chat says."""
    return {"description": bot.description(rules.check_language(params))}


def get_my_short_description(bot: BotState, params: Params) -> Json:
    """Say what the bot's page says."""
    return {"short_description": bot.short_description(rules.check_language(params))}


def _say(said: dict[str, str], language: str, text: str) -> None:
    said.pop(language, None)
    if text:
        said[language] = text


def send_message(bot: BotState, params: Params) -> Json:
    """Show a new message."""
    parsed = rules.check_text(params, "message is too long")
    chat = _chat(bot, params)
    markup = rules.check_markup(params.get("reply_markup"), private=chat.private)
    _remember(bot, "sendMessage", [*parsed.notes, *markup.notes])
    shown = Shown(
        id=chat.number(),
        date=bot.now(),
        by_bot=True,
        html=str(params["text"]),
        text=parsed.text,
        entities=parsed.entities,
        rows=markup.rows,
        markup=markup.kind,
    )
    chat.type_with(markup)
    return chat.put(shown).as_json(chat.head, bot.as_json())


def send_document(bot: BotState, params: Params) -> Json:
    """Show a file, with a line under it."""
    upload = rules.check_upload(params)
    chat = _chat(bot, params)
    document = {
        "file_id": f"F{bot.id}-{chat.id}-{len(chat.messages)}",
        "file_unique_id": f"U{len(chat.messages)}",
        "file_name": upload.name,
        "mime_type": upload.media_type,
        "file_size": len(upload.content),
    }
    shown = Shown(
        id=chat.number(),
        date=bot.now(),
        by_bot=True,
        text=str(params.get("caption", "")),
        markup="document",
        content={"document": document},
        file=upload.content,
    )
    return chat.put(shown).as_json(chat.head, bot.as_json())


def edit_message_text(bot: BotState, params: Params) -> Json:
    """Show other words and buttons in a message; buttons not sent again vanish."""
    parsed = rules.check_text(params, "MESSAGE_TOO_LONG")
    chat, shown, markup = _editable(bot, params)
    _remember(bot, "editMessageText", [*parsed.notes, *markup.notes])
    old = shown.text, shown.entities, shown.rows
    if old == (parsed.text, parsed.entities, markup.rows):
        raise amiss(_SAME)
    shown.html, shown.text, shown.entities = str(params["text"]), parsed.text, parsed.entities
    return _edited(bot, chat, shown, markup)


def edit_message_reply_markup(bot: BotState, params: Params) -> Json:
    """Show other buttons under a message, or none."""
    chat, shown, markup = _editable(bot, params)
    _remember(bot, "editMessageReplyMarkup", markup.notes)
    if shown.rows == markup.rows:
        raise amiss(_SAME)
    return _edited(bot, chat, shown, markup)


def _editable(bot: BotState, params: Params) -> tuple[Chat, Shown, Markup]:
    chat = _chat(bot, params)
    shown = chat.messages.get(params.get("message_id", 0))
    if shown is None or shown.deleted:
        raise amiss("message to edit not found")
    if not shown.by_bot or shown.frozen or shown.markup not in EDITABLE:
        raise amiss("message can't be edited")
    markup = rules.check_markup(params.get("reply_markup"), private=chat.private)
    if markup.kind not in EDITABLE:
        raise bad("inline keyboard expected")
    return chat, shown, markup


def _edited(bot: BotState, chat: Chat, shown: Shown, markup: Markup) -> Json:
    shown.rows, shown.edit_date = markup.rows, bot.now()
    return shown.as_json(chat.head, bot.as_json())


def delete_message(bot: BotState, params: Params) -> bool:
    """Take a message away."""
    shown = _chat(bot, params).messages.get(params.get("message_id", 0))
    if shown is None or shown.deleted:
        raise amiss("message to delete not found")
    if shown.frozen:
        raise amiss("message can't be deleted for everyone")
    shown.deleted = True
    return True


def answer_callback_query(bot: BotState, params: Params) -> bool:
    """Say that a press was heard: once, and not too late."""
    text = params.get("text", "")
    if units(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press = bot.presses.get(str(params.get("callback_query_id", "")))
    if press is None or press.answered or press.expired:
        raise amiss(_TOO_OLD)
    press.answered, press.text, press.alert = True, text, bool(params.get("show_alert"))
    return True


def _chat(bot: BotState, params: Params) -> Chat:
    number = params.get("chat_id", "")
    if number == "":
        raise bad("chat_id is empty")
    chat = bot.chats.get(number)
    if chat is None:
        raise amiss("chat not found")
    if chat.blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    return chat


def _remember(bot: BotState, method: str, notes: list[str]) -> None:
    bot.violations += [f"{method}: {note}" for note in notes]


#: By name in small letters: Telegram does not look at the case. getUpdates waits and stands apart.
METHODS: dict[str, Callable[[BotState, Params], object]] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "setmycommands": set_my_commands,
    "deletemycommands": delete_my_commands,
    "getmycommands": get_my_commands,
    "setmydescription": set_my_description,
    "getmydescription": get_my_description,
    "setmyshortdescription": set_my_short_description,
    "getmyshortdescription": get_my_short_description,
    "sendmessage": send_message,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
}


async def carry_out(bot: BotState, method: str, params: Params) -> object:
    """Do what a call asks for; return its result.

    :raises Refused: Telegram says no.
    """
    name = method.lower()
    if name == "getupdates":
        return await get_updates(bot, params)
    if name not in METHODS:
        raise Refused(404, "Not Found")
    return METHODS[name](bot, params)
