"""What the dialogue can say and offer, read from its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import consent.dialogue
from consent.cases import CaseKind
from consent.ports import Remark
from consent.states import State, Switch

_FOLDER = Path(consent.dialogue.__file__).parent
#: Why a door could not use something; to an answer nobody saw nothing is said.
REMARKS = tuple(why for why in Remark if why is not Remark.UNSEEN)

#: Ids that the code puts together, by the expression it does it with.
COMPUTED = {
    "message": {"yes.nothing", "no.nothing", "withdrawn", "refused"}
    | {why.value for why in REMARKS},
    "f'{message}.several'": {"withdrawn.several", "refused.several"},
    "f'already.{reading.state.value}'": {"already.withdrawn", "already.refused"},
    "f'withdrawn.{name}'": {"withdrawn.marketing", "withdrawn.all"},
    "f'already.{name}'": {"already.marketing", "already.all"},
    "f'alternative.{alternative}'": {"alternative.other_proof_of_credit"},
    "f'{kind}.{wanted.value}'": {"channel.on", "channel.off", "topic.on", "topic.off"},
    "f'already.{kind}.{wanted.value}'": {
        "already.channel.on",
        "already.channel.off",
        "already.topic.on",
        "already.topic.off",
    },
    "f'{kind}.{wanted.value}.several'": {
        "channel.on.several",
        "channel.off.several",
        "topic.on.several",
        "topic.off.several",
    },
    "question": {"ask.grant", "ask.grant.automated"},
    "f'{question}.code'": {"ask.grant.code", "ask.grant.automated.code"},
    "agree": {"agree", "agree.automated"},
    "name": {"status", "switches", "my_data", "link", "privacy", "human"},
}
#: Not written in the gettext files: a file of its own, and one line made of others.
FILES = {"notice", "page.state"}
#: Said by SMS alone; in chat there is a button or a page instead.
SMS_ONLY = {
    "ask.grant.code",
    "ask.grant.automated.code",
    "explain.many",
    "copy.link",
    "privacy",
    "code.text",
    "language.spelling",
    "limit.reached",
}
#: What the locale puts lines together from, and what doors say by themselves.
LINES = {"line.case", "line.menu", "line.menu.unknown", "line.switch", "line.switch.bare"}
LINES |= {"receipt"} | {
    f"line.{page}{kind}" for page in ("status", "page") for kind in ("", ".bare", ".paused")
}
DOORS = {
    "error.store",
    "error.too_long",
    "error.failed",
    "link.ended",
    "code.text",
    "limit.reached",
    "case.answer",
    "case.extended",
}
#: What Telegram shows of a bot before anything is said.
COMMANDS = (
    "start",
    "status",
    "stop",
    "channels",
    "privacy",
    "mydata",
    "export",
    "human",
    "language",
    "help",
)
PROFILE = {f"command.{name}" for name in COMMANDS} | {"bot.description", "bot.short"}
SOURCES = (
    *("telegram", "sms", "terminal", "playground", "staff", "import", "system"),
    *("shop", "portal", "call_centre"),
)
#: Options that no reply offers, but that a door shows of itself.
DOOR_OPTIONS = {"help"}


def _calls(name: str) -> Iterator[ast.Call]:
    for file in sorted(_FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            if name in {called, node.func.id if isinstance(node.func, ast.Name) else None}:
                yield node


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [*_alternatives(node.body), *_alternatives(node.orelse)]
    return [node]


def said() -> tuple[set[str], set[str]]:
    """Return the message ids in the code, and the expressions that make further ones."""
    return _names(call.args[0] for name in ("say", "confirm") for call in _calls(name))


def offered() -> tuple[set[str], set[str]]:
    """Return the names of options in the code, and the expressions that make further ones."""
    return _names(k.value for call in _calls("Option") for k in call.keywords if k.arg == "name")


def _names(nodes: Iterator[ast.expr]) -> tuple[set[str], set[str]]:
    fixed: set[str] = set()
    made: set[str] = set()
    for node in nodes:
        for way in _alternatives(node):
            if isinstance(way, ast.Constant):
                fixed.add(str(way.value))
            else:
                made.add(ast.unparse(way))
    return fixed, made


def messages() -> set[str]:
    """Return every id that a reply of the dialogue can hold."""
    fixed, made = said()
    return fixed.union(*(COMPUTED[expression] for expression in made))


def options() -> set[str]:
    """Return the name of every option that a reply of the dialogue can hold."""
    fixed, made = offered()
    return fixed.union(*(COMPUTED[expression] for expression in made))


def words() -> set[str]:
    """Return the ids of the words that lines are put together from."""
    states = {f"state.{s.value}" for s in State}
    switches = {f"switch.{s.value}" for s in Switch}
    cases = {f"case.kind.{k.value}" for k in CaseKind}
    return cases | LINES | states | switches | {f"source.{s}" for s in SOURCES}
