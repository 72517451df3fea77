"""Where the standard's own files are: beside the repository, never in it."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parents[2]
_FOLDER = Path(os.environ.get("CONSENT_STANDARDS") or _HERE.parent / "shared" / "standards")
CONSENT_INFO = _FOLDER / "camara" / "consent-info-r2.3"
FEATURE, OPENAPI = CONSENT_INFO / "consent-info.feature", CONSENT_INFO / "consent-info.yaml"
ARE_THERE = FEATURE.is_file() and OPENAPI.is_file()
WITHOUT = f"CAMARA is NOT tested: no {CONSENT_INFO} (set CONSENT_STANDARDS to the folder above)"


@cache
def document() -> dict[str, Any]:
    """Return the API's own description."""
    found: dict[str, Any] = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    return found


def schema_at(pointer: str) -> dict[str, Any]:
    """Return a schema that the feature names, whatever the case of its name there."""
    wanted = pointer.rpartition("/")[2].lower()
    known = document()["components"]["schemas"]
    (name,) = [one for one in known if one.lower() == wanted]
    return {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
