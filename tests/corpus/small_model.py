"""A pretrained model of a few pieces and two layers, in the form of the package's file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from consent.understanding.encoder import Floats

WIDTH, WIDE, LAYERS, PLACES = 96, 64, 2, 70
#: Begin, end and unknown among them; one piece that no text of these tests is cut into.
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁stop", "▁send", "▁me", "s", "▁unmet")
LABELS = ("grant", "withdraw", "unclear")
_BLOCK = 32


def model_as_bytes() -> bytes:
    """Return the file."""
    draw = np.random.default_rng(7)
    letters = [piece.encode() for piece in PIECES]
    offsets = [0, *accumulate(map(len, letters))]
    head = [
        struct.pack("<4sI", b"E5S1", 1),
        struct.pack("<7ifi", WIDTH, LAYERS, 12, WIDE, len(PIECES), PLACES, 2, 1e-12, _BLOCK),
        struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, offsets[-1]),
        np.array(offsets, "<u4").tobytes(),
        np.linspace(-1, -3, len(PIECES)).astype("<f4").tobytes(),
        b"".join(letters),
        struct.pack("<iI", 1, 5) + b"norms",
    ]
    tensors = list(_tensors(draw))
    size = sum(map(len, head)) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, body = [struct.pack("<i", len(tensors))], bytearray()
    for name, packed, count, raw in tensors:
        start = size + len(body)
        directory.append(struct.pack("<H", len(name)) + name.encode())
        directory.append(struct.pack("<BIQQ", packed, count, start, len(raw)))
        body += raw
    return b"".join([*head, *directory]) + body


def _tensors(draw: np.random.Generator) -> Iterator[tuple[str, int, int, bytes]]:
    def packed(name: str, count: int) -> tuple[str, int, int, bytes]:
        rows = [
            draw.normal(0, 0.05, 1).astype("<f2").tobytes() + draw.bytes(_BLOCK // 2)
            for _ in range(count // _BLOCK)
        ]
        return name, 1, count, b"".join(rows)

    def plain(name: str, count: int) -> tuple[str, int, int, bytes]:
        return name, 0, count, draw.normal(0, 1, count).astype("<f4").tobytes()

    yield packed("emb.word", len(PIECES) * WIDTH)
    yield from (plain("emb.pos", PLACES * WIDTH), plain("emb.type", 2 * WIDTH))
    yield from (plain("emb.ln.w", WIDTH), plain("emb.ln.b", WIDTH))
    for at in range(LAYERS):
        for name, out, into in (
            *((part, WIDTH, WIDTH) for part in ("q", "k", "v", "ao")),
            *(("fi", WIDE, WIDTH), ("fo", WIDTH, WIDE)),
        ):
            yield packed(f"l{at}.{name}.w", out * into)
            yield plain(f"l{at}.{name}.b", out)
        for name in ("aln", "oln"):
            yield from (plain(f"l{at}.{name}.w", WIDTH), plain(f"l{at}.{name}.b", WIDTH))


def tables() -> dict[str, Floats]:
    """Return tables named as an encoder's file names them, as if they were taught."""
    draw = np.random.default_rng(8)
    shapes = {
        "places": (64, WIDTH),
        **dict.fromkeys(("even.weight", "even.bias"), (WIDTH,)),
        "says.weight": (WIDTH, len(LABELS)),
        "says.bias": (len(LABELS),),
    }
    for at in range(LAYERS):
        name = f"layers.{at}"
        for part, rows, columns in (
            *(("looks", WIDTH, 3 * WIDTH), ("tells", WIDTH, WIDTH)),
            *(("widens", WIDTH, WIDE), ("narrows", WIDE, WIDTH)),
        ):
            shapes[f"{name}.{part}.weight"] = (rows, columns)
            shapes[f"{name}.{part}.bias"] = (columns,)
        for part in ("looked", "thought"):
            shapes |= dict.fromkeys((f"{name}.{part}.weight", f"{name}.{part}.bias"), (WIDTH,))
    return {name: draw.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
