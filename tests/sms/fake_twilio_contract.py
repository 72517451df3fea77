"""What Twilio's own description says of its requests and answers, checked word for word.

`twilio_messages_openapi.json` is the part of Twilio's OpenAPI file that is about messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Pairs = Iterable[tuple[str, str]]
Schema = Mapping[str, Any]

_FILE = Path(__file__).with_name("twilio_messages_openapi.json")
_DOCUMENT: Schema = json.loads(_FILE.read_text(encoding="utf-8"))
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_TYPES: dict[str, type] = {"string": str, "integer": int, "object": dict, "array": list}


class Flaw(Enum):
    """In which way a parameter breaks the description."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Breach:
    """One parameter that is not as described."""

    flaw: Flaw
    name: str
    where: str


def request_breaches(
    operation: str, *, path: Pairs = (), query: Pairs = (), form: Pairs = ()
) -> list[Breach]:
    """Return everything in a request that is not as described, in no request: nothing."""
    found = _operation(operation)
    breaches: list[Breach] = []
    for where, given in (("path", path), ("query", query)):
        known = [p for p in found["parameters"] if p["in"] == where]
        schemas = {p["name"]: p["schema"] for p in known}
        needed = [p["name"] for p in known if p.get("required")]
        breaches += _against(schemas, needed, given, where)
    body = found.get("requestBody", {"content": {_FORM: {"schema": {"properties": {}}}}})
    schema = body["content"][_FORM]["schema"]
    breaches += _against(schema["properties"], schema.get("required", ()), form, "form")
    return breaches


def answer_breaches(operation: str, status: int, answer: object) -> list[str]:
    """Return where an answer is not as described; every described field has to be there."""
    described = _operation(operation)["responses"].get(str(status))
    if described is None:
        return [f"status {status}"]
    return list(_misfits(answer, described["content"][_JSON]["schema"], "answer"))


def _operation(name: str) -> Schema:
    for methods in _DOCUMENT["paths"].values():
        for found in methods.values():
            if found["operationId"] == name:
                return dict(found)
    raise LookupError(name)


def _resolved(schema: Schema) -> Schema:
    if "$ref" in schema:
        return dict(_DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def _against(
    schemas: Mapping[str, Schema], needed: Iterable[str], given: Pairs, where: str
) -> list[Breach]:
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    found = [Breach(Flaw.UNKNOWN, n, where) for n in values if n not in schemas]
    found += [Breach(Flaw.MISSING, n, where) for n in needed if n not in values]
    for name, said in values.items():
        if name in schemas and not _are_as(_resolved(schemas[name]), said):
            found.append(Breach(Flaw.WRONG, name, where))
    return found


def _are_as(schema: Schema, said: list[str]) -> bool:
    if schema["type"] == "array":
        return all(_is_as(_resolved(schema["items"]), value) for value in said)
    return len(said) == 1 and _is_as(schema, said[0])


def _is_as(schema: Schema, value: str) -> bool:
    """Say whether a value that came as text is what the schema asks for."""
    kind = schema["type"]
    if kind == "boolean":
        return value in {"true", "false"}
    if kind == "integer":
        return bool(re.fullmatch(r"-?[0-9]{1,18}", value)) and _in_range(schema, int(value))
    if kind == "number":
        return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value))
    return _in_shape(schema, value)


def _in_range(schema: Schema, value: int) -> bool:
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _in_shape(schema: Schema, value: str) -> bool:
    if schema.get("format") == "uri":
        return is_web_address(value)
    return (
        schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        and re.search(schema.get("pattern", ""), value) is not None
        and value in schema.get("enum", (value,))
    )


def is_web_address(value: str) -> bool:
    """Say whether Twilio could call this address."""
    try:
        found = urlsplit(value)
    except ValueError:
        return False
    return found.scheme in {"http", "https"} and bool(found.hostname)


def _misfits(value: object, schema: Schema, where: str) -> Iterator[str]:
    schema = _resolved(schema)
    if value is None:
        yield from () if schema.get("nullable") else (f"{where} is null",)
    elif not isinstance(value, _TYPES[schema["type"]]) or isinstance(value, bool):
        yield f"{where} is no {schema['type']}"
    elif isinstance(value, dict):
        yield from _fields(value, schema, where)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _misfits(item, schema["items"], f"{where}[{number}]")
    elif isinstance(value, str) and not _is_answer_text(schema, value):
        yield f"{where} is {value!r}"


def _fields(value: dict[str, object], schema: Schema, where: str) -> Iterator[str]:
    known = schema.get("properties")
    if known is None:
        return
    yield from (f"{where}.{name} is not described" for name in value.keys() - known.keys())
    yield from (f"{where}.{name} is missing" for name in known.keys() - value.keys())
    for name in value.keys() & known.keys():
        yield from _misfits(value[name], known[name], f"{where}.{name}")


def _is_answer_text(schema: Schema, value: str) -> bool:
    if schema.get("format") == "date-time-rfc-2822":
        try:
            return parsedate_to_datetime(value).utcoffset() is not None
        except ValueError:
            return False
    # Addresses in answers are relative.
    return _in_shape({k: v for k, v in schema.items() if k != "format"}, value)
