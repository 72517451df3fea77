"""Files that other systems export, for the tests of imports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from consent.notices import Form
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock

CATALOGUE, SHELF = load_catalogue(ROOT), read_lock(ROOT)
SEEN = SHELF.current("lmt", "offers", "lv", Form.CHAT)
NUMBER = "+37120000001"


def row(number: str = NUMBER, **changes: str) -> dict[str, str]:
    """Return a row that says a proven yes."""
    bare = {
        "number": number,
        "subject": "offers",
        "action": "given",
        "said_at": "2026-03-01T12:00:00+02:00",
        "notice": SEEN.fingerprint,
        "language": "lv",
        "actor": "shop 12",
        "method": "paper",
        "document": f"form of {number}",
    }
    return bare | changes


def no(number: str = NUMBER, **changes: str) -> dict[str, str]:
    """Return a row that says a no."""
    return {"number": number, "subject": "offers", "action": "withdrawn", **changes}


def as_csv(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    """Return rows as CSV under a header of the columns that are used."""
    names = list(dict.fromkeys(name for found in rows for name in found))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_json(rows: list[dict[str, str]]) -> bytes:
    """Return rows as JSON Lines."""
    return "\n".join(json.dumps(found) for found in rows).encode()


def put(home: Path, content: bytes, name: str = "crm.csv") -> Path:
    """Write a file to be brought in."""
    file = home / name
    file.write_bytes(content)
    return file
