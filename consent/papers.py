"""Texts that customers were shown outside our doors: on paper, or read out.

A consent given under one can so be told from a consent given under nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from consent.notices import Notice, NoticeShelf


class WiderShelf(NoticeShelf):
    """Our own notices, and papers beside them: known, but never shown by a door."""

    def __init__(self, own: NoticeShelf, papers: Iterable[Notice]) -> None:
        """Put papers beside our own notices.

        :param papers: their major versions count against our own: one of an earlier major
            version needs a new yes, as with any text.
        """
        super().__init__(tuple(own))
        for paper in papers:
            self._by_fingerprint.setdefault(paper.fingerprint, paper)
            self._by_code.setdefault(paper.code, paper)

    def newest_major(self, brand: str, purpose: str) -> int | None:
        """Return the major version of our own texts about a purpose; none without any."""
        return self._major.get((brand, purpose))
