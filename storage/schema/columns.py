"""What all tables are made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Text

metadata = MetaData()


def text_of(name: str, *, key: bool = False, empty: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, primary_key=key, nullable=empty)


def moment_of(name: str, *, empty: bool = False) -> Column[int]:
    """Return a column of microseconds since 1970 UTC."""
    return Column(name, BigInteger, nullable=empty)
