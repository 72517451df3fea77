"""The only place that imports aiogram: Telegram's Bot API as the door needs it."""
