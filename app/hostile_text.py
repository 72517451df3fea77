"""Messages made to take long, each as long as ten SMS: the same ones in every run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from consent.understanding import Lexicon

LONGEST = 1600
_SEED = 7
#: So many messages of each kind.
_EACH = 4
_SCRIPTS = (
    *("abcdefghijklmnopqrstuvwxyz", "āčēģīķļņšūž", "абвгдежзийклмнопрстуфхцчшщъыьэюяё"),
    *("αβγδεζηθικλμνξοπρστυφχψω", "אבגדהוזחטיכלמנסעפצקרשת", "ابتثجحخدذرزسشصضطظعغفقكلمن"),
    *("一二三四五六七八九十停止同意", "ﷺﷻㅤ𝐒𝐓𝐎𝐏ⓢⓣⓞⓟ"),
)
_LATIN, _CYRILLIC = _SCRIPTS[0], _SCRIPTS[2]
_MARKS = "\u0300\u0301\u0316\u0327\u0336\u0338\u20e3"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\ufe0f"
_SIGNS = "+-?!.,;:#%&/()<>=@'\"–—…№€"
_DIGITS = "0123456789٣½²"
_EMOJI = "👍👎🛑🙏🏽❤️🇱🇻🌹✅"

#: Makes the next piece of a message; pieces are put together until it is long enough.
_Piece = Callable[[Random], str]


def hostile_messages(lexicon: Lexicon) -> list[tuple[str, str]]:
    """Return each message with the name of its kind."""
    draw = Random(_SEED)  # noqa: S311 -- the same messages in every run, no secret
    return [
        (kind, _grown(piece, draw))
        for kind, piece in (_KINDS | _of_words(lexicon)).items()
        for _ in range(_EACH)
    ]


def _grown(piece: _Piece, draw: Random) -> str:
    pieces: list[str] = []
    length = 0
    while length < LONGEST:
        pieces.append(piece(draw))
        length += len(pieces[-1])
    return "".join(pieces)[:LONGEST]


def _of_words(lexicon: Lexicon) -> dict[str, _Piece]:
    """Return kinds of message made of what is known: keywords, beginnings of cues, long words."""
    cues = sorted({*lexicon.cues.exact, *lexicon.cues.stems})
    long = sorted(lexicon.learned.spellings.words) if lexicon.learned else cues
    keywords = sorted(lexicon.vocabulary)
    known = sorted({*keywords, *cues, *long})
    return {
        "known words": lambda draw: f"{draw.choice(known)} ",
        "keywords": lambda draw: f"{draw.choice(keywords)} ",
        "cues": lambda draw: f"{draw.choice(cues)}{draw.choice((' ', ' ', ', ', '. ', '? '))}",
        "words without spaces": lambda draw: f"{''.join(draw.choices(known, k=4))} ",
        "misspelt words": lambda draw: f"{_misspelt(draw.choice(long), draw)} ",
        "repeated words": _repeated(known),
    }


def _misspelt(word: str, draw: Random) -> str:
    at = draw.randrange(len(word))
    return word[:at] + draw.choice(_LATIN) + word[at + 1 :]


def _repeated(words: Sequence[str]) -> _Piece:
    def piece(draw: Random) -> str:
        return f"{draw.choice(words)} " * draw.choice((1, 20, 200))

    return piece


def _any_of(letters: str, longest: int = 1, between: str = "") -> _Piece:
    """Return a maker of words of these letters."""

    def piece(draw: Random) -> str:
        return "".join(draw.choices(letters, k=draw.randint(1, longest))) + between

    return piece


def _mixed(draw: Random) -> str:
    """Return one word of one script, then a sign or none."""
    word = "".join(draw.choices(draw.choice(_SCRIPTS), k=draw.randint(1, 12)))
    return word + draw.choice((" ", " ", ". ", "-", ", "))


def _one_word(draw: Random) -> str:
    """Return a short word, then one without an end."""
    return "a " + "".join(draw.choices(draw.choice((_LATIN, _CYRILLIC)), k=LONGEST))


_KINDS: dict[str, _Piece] = {
    "many scripts": _mixed,
    "alternating scripts": lambda draw: draw.choice(_LATIN) + draw.choice(_CYRILLIC),
    "alternating words": lambda draw: f"{draw.choice(_LATIN) * 3}{draw.choice(_CYRILLIC) * 3} ",
    "combining marks": _any_of(_MARKS + "aе"),
    "unseen characters": _any_of(_UNSEEN + "stop "),
    "digits": _any_of(_DIGITS, 9, " "),
    "numbers and signs": _any_of("12345678+-?, "),
    "punctuation": _any_of(_SIGNS, 3, " "),
    "one endless word": _one_word,
    "spaced letters": lambda draw: draw.choice("stopстоп") + draw.choice(" .-"),
    "emoji": _any_of(_EMOJI, 3, " "),
}
