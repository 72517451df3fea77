"""What carriers do to words on their way is undone; what only looks like it is left alone."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.carriage import unwrapped

LONG = "Lūdzu, vairs nesūtiet man nekādas reklāmas, man jau pietiek. Paldies!"


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("text", [LONG, "Больше не присылайте мне рекламу, пожалуйста", LONG * 4])
def test_a_long_message_in_base64_is_read(text: str) -> None:
    """Latvian and Russian come out as they were written."""
    assert text == unwrapped(_packed(text)) == unwrapped(f" {_packed(text)}\n")


@pytest.mark.parametrize(
    "text",
    ["STOP", "", "a" * 60, "AbCd" * 20, "STOPSTOPSTOP" * 6, LONG, _packed("kurz"), "=" * 64],
)
def test_what_is_no_wrapped_text_stays(text: str) -> None:
    """Short ones, words, and base64 that holds no text are taken as they are."""
    assert text == unwrapped(text)


@given(st.binary(min_size=45, max_size=90))
def test_bytes_never_become_a_command(noise: bytes) -> None:
    """Whatever comes out is text with words in it, or nothing was done."""
    packed = base64.b64encode(noise).decode()
    found = unwrapped(packed)
    assert found == packed or (" " in found and found.encode() == noise)
