"""What a message can be taken for, and what can be said of each thing in it."""

from __future__ import annotations

#: Both scopes of "all" are labels of their own.
MARKETING, EVERYTHING = "withdraw_all marketing", "withdraw_all all"
LABELS = (
    *(MARKETING, EVERYTHING, "withdraw", "grant", "pause", "status", "explain", "help"),
    *("human", "language", "yes", "no", "unclear"),
)
#: What ends one thing alone has a label of its own; "withdraw" is left for what ends several.
ONE = "withdraw {}"
#: Of things, the network says as well how probably each is wanted off, and on.
WANTED_OFF, WANTED_ON = "off {}", "on {}"
#: Labels that end something, and labels that change something.
ENDING = (MARKETING, EVERYTHING, "withdraw")
CHANGING = (*ENDING, "grant")
