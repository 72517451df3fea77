"""Everything an operator replaces without Python: the catalogue, all words, the notices.

Loaded once at start and refused as a whole if anything is missing or broken. The rules get
frozen data from here, never a file.
"""

from __future__ import annotations

from pathlib import Path

#: Where the words and data are.
ROOT = Path(__file__).parent
