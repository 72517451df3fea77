"""The Telegram door: renders replies as messages with buttons. Knows no rules."""
