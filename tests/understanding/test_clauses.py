"""A message cut into clauses, in the spelling it was most likely meant in."""

from __future__ import annotations

import pytest

from consent.understanding.clauses import MOST_WORDS, Clause, Reading, read_clauses, side_of
from consent.understanding.cues import Cue, Cues, Found, Kind, build_cues
from consent.understanding.misspelt import build_spellings

OFF = Cue(Kind.ACT, "stop", "", "en")
ON = Cue(Kind.ACT, "give", "", "en")
SHOW = Cue(Kind.ACT, "status", "", "en")
BUT = Cue(Kind.BLOCK, "but", "", "en")
PAST = Cue(Kind.BLOCK, "past", "", "en")
EMAIL = Cue(Kind.OBJECT, "channels", "email", "en")
SMS = Cue(Kind.OBJECT, "channels", "sms", "en")
RUSSIAN = Cue(Kind.ACT, "stop", "", "ru")
LATVIAN = Cue(Kind.ACT, "stop", "", "lv")
CUES = build_cues(
    [
        *((OFF, "halt"), (OFF, "not .. want"), (OFF, "unsubscribe"), (ON, "want"), (SHOW, "show")),
        *((ON, "want .. back"), (BUT, "but"), (PAST, "halt yesterday"), (PAST, "bus halt")),
        *((EMAIL, "mail|email"), (EMAIL, "e mail"), (SMS, "sms"), (SMS, "text")),
        *((RUSSIAN, "отключите"), (RUSSIAN, "рекламу"), (LATVIAN, "partrauciet")),
    ]
)
NONE = build_spellings(())


def _read(text: str, cues: Cues = CUES) -> Reading:
    return read_clauses(text, cues, NONE)


def _clauses(text: str) -> list[str]:
    """Return what each clause says: its acts, then its channels."""
    return [
        " ".join((*sorted(c.names(Kind.ACT)), *c.values("channels"))) for c in _read(text).clauses
    ]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(["stop email"], "halt the mail", id="one wish"),
        pytest.param(["stop email", "give sms"], "halt mail want sms", id="at the verb"),
        pytest.param(["stop", "give email sms"], "halt it, mail sms want", id="at the comma"),
        pytest.param(["stop", "give sms"], "halt, sms want", id="right after the verb"),
        pytest.param(["stop email", "give sms"], "halt mail - sms want", id="at the dash"),
        pytest.param(["stop email", "give sms"], "halt mail but sms, want", id="at the but"),
        pytest.param(["stop email", "give sms"], "halt, mail, sms want", id="the last comma"),
        pytest.param(["stop", "give sms", "stop email"], "halt, want sms, halt mail", id="back"),
        pytest.param(["stop email sms"], "halt mail, halt sms", id="the same side"),
        pytest.param(["status stop"], "show me, halt", id="showing has no side"),
        pytest.param(["stop", "give"], "halt. want", id="two sentences"),
        pytest.param(["stop email"], "halt nr. 3 mail", id="a dot after nr"),
        pytest.param(["stop email"], "halt 3. mail", id="a dot after a number"),
        pytest.param(["stop"], "halt 3.", id="a dot at the end"),
        pytest.param([""], "hello", id="nothing found"),
        pytest.param([], "", id="nothing said"),
    ],
)
def test_clauses(expected: list[str], text: str) -> None:
    """A sentence is cut where the wish changes sides: at a but, at a pause or at the verb."""
    assert expected == _clauses(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param([True], "halt the mail?", id="a question"),
        pytest.param([False], "halt the mail", id="none"),
        pytest.param([False, True], "halt. the mail?", id="the second sentence"),
        pytest.param([True, True], "halt mail want sms?", id="both clauses"),
        pytest.param([True], "halt the mail???", id="many marks"),
        pytest.param([True], "halt the mail?!", id="a mark and a bang"),
    ],
)
def test_questions(expected: list[bool], text: str) -> None:
    """Every clause of a sentence with a question mark is a question."""
    assert expected == [clause.question for clause in _read(text).clauses]


@pytest.mark.parametrize("text", ["halt the mail!?", "halt the mail...?", "halt it! ?"])
def test_a_question_mark_after_other_signs_asks(text: str) -> None:
    """A sentence that ends in several signs is a question if one of them asks."""
    assert any(clause.question for clause in _read(text).clauses)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(["not .. want"], "not want", id="off hides on inside it"),
        pytest.param(["not .. want"], "not want it back", id="even if that goes on"),
        pytest.param(["want .. back"], "want it back", id="longer hides shorter"),
        pytest.param(["e mail"], "e mail", id="an object too"),
        pytest.param(["halt yesterday"], "halt yesterday", id="a block hides an act"),
        pytest.param(["bus halt"], "bus halt", id="that ends with it"),
        pytest.param(["halt", "mail|email"], "halt mail", id="an act and an object"),
        pytest.param(["halt", "halt"], "halt halt", id="side by side"),
        pytest.param(["want", "halt"], "want halt", id="after one another"),
    ],
)
def test_hidden(expected: list[str], text: str) -> None:
    """What lies inside a longer cue of its kind, or an act inside a block, says nothing."""
    assert expected == [found.pattern for c in _read(text).clauses for found in c.found]


def test_equal_cues_both_stand() -> None:
    """Two cues over the same words hide neither the other."""
    cues = build_cues([(EMAIL, "post"), (SMS, "post")])
    (clause,) = _read("by post", cues).clauses
    assert ("email", "sms") == clause.values("channels")


def test_a_block_hides_acts_alone() -> None:
    """What is named inside a block is still named, and an object hides no act."""
    cues = build_cues(
        [(PAST, "mail yesterday"), (EMAIL, "mail"), (SMS, "text stop"), (OFF, "stop")]
    )
    (clause,) = _read("mail yesterday text stop", cues).clauses
    assert ("email", "sms") == clause.values("channels")
    assert {"stop"} == clause.names(Kind.ACT)


def test_what_begins_before_or_ends_after_is_not_hidden() -> None:
    """A cue that only overlaps a longer one stands beside it."""
    cues = build_cues([(SHOW, "one two three"), (OFF, "three four")])
    (clause,) = _read("one two three four", cues).clauses
    assert {"status", "stop"} == clause.names(Kind.ACT)


def test_places_count_from_the_beginning_of_the_message() -> None:
    """Cues and pauses of a later sentence stand at their places in the whole message."""
    reading = _read("halt it. please, want sms")
    assert ("halt", "it", "please", "want", "sms") == reading.words
    assert (0, 2, 3) == reading.pauses
    assert [(0, 1), (3, 4), (4, 5)] == [(f.start, f.end) for c in reading.clauses for f in c.found]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(("halt",), "haaaaalt", id="stretched"),
        pytest.param(("halt",), "hаlt", id="two scripts"),
        pytest.param(("don't", "e-mail"), "don't e-mail", id="signs inside words"),
        pytest.param(("🌹", "halt"), "🌹 halt", id="emoji"),
        pytest.param(("3", "4"), "3.4", id="numbers"),
        pytest.param(("unsubscribe",), "unsubscribbe", id="a slip"),
    ],
)
def test_words(expected: tuple[str, ...], text: str) -> None:
    """Words are put right: stretched letters, two scripts, slips."""
    spellings = build_spellings(["unsubscribe"])
    assert expected == read_clauses(text, CUES, spellings).words


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("отключите рекламу", "otklyuchite reklamu", id="Russian in Latin"),
        pytest.param("отключите рекламу", "jnrk.xbnt htrkfve", id="Russian on Latin keys"),
        pytest.param("halt mail", "рфде ьфшд", id="English on Russian keys"),
        pytest.param("partrauciet", "партрауциет", id="Latvian in Russian letters"),
        pytest.param("halt otklyuchite", "halt otklyuchite", id="half of it known as typed"),
        pytest.param("nobody knows otklyuchite it", "nobody knows otklyuchite it", id="no better"),
        pytest.param("приветик", "приветик", id="known in no spelling"),
    ],
)
def test_the_spelling_that_is_known_best(expected: str, text: str) -> None:
    """A text is read as typed if half is known so, else in the spelling that is known best."""
    assert expected == " ".join(_read(text).words)


def test_known_share() -> None:
    """The share of words in which something was found is told, each word once."""
    texts = ("halt e mail", "halt", "halt it", "hello", "")
    assert (1.0, 1.0, 0.5, 0.0, 0.0) == tuple(_read(text).known for text in texts)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("en", "halt mail отключите", id="most of it"),
        pytest.param(None, "halt отключите", id="a tie"),
        pytest.param("ru", "отключите", id="one"),
        pytest.param(None, "hello", id="none"),
    ],
)
def test_language(expected: str | None, text: str) -> None:
    """A message is in the language that most of what was found belongs to."""
    assert expected == _read(text).language()


def _long(words: int, *, first: str, middle: str, last: str) -> str:
    row = [f"word{'abcdefghij'[n % 10]}" for n in range(words)]
    row[0], row[words // 2 - 4], row[-1] = first, middle, last
    return " ".join(row)


def test_a_long_message_is_read_at_both_ends() -> None:
    """Of a message that is too long the beginning and the end are read, as two sentences."""
    reading = _read(_long(MOST_WORDS * 3, first="halt", middle="show", last="want"))
    assert MOST_WORDS == len(reading.words)
    assert [{"stop"}, {"give"}] == [set(c.names(Kind.ACT)) for c in reading.clauses]


def test_a_message_of_the_greatest_length_is_read_whole() -> None:
    """Nothing is left out of a message that is just not too long."""
    reading = _read(_long(MOST_WORDS, first="halt", middle="show", last="want"))
    assert MOST_WORDS == len(reading.words)
    assert {"stop", "status", "give"} == {n for c in reading.clauses for n in c.names(Kind.ACT)}


def test_no_spelling_makes_a_message_longer() -> None:
    """A letter that is a sign on other keys can part words, but none is read beyond the most."""
    cues = build_cues([(OFF, "d"), (OFF, "a")])
    reading = _read(" ".join(["вхф"] * MOST_WORDS), cues)
    assert ("d", "a") * (MOST_WORDS // 2) == reading.words
    short, long = " ".join(["вхф"] * (MOST_WORDS // 3)), " ".join(["вхф"] * (MOST_WORDS // 2))
    assert MOST_WORDS == len(_read(f"{short}. {long}", cues).words)


def test_names_and_values() -> None:
    """A clause tells which cues of a kind it has, and the values of a name in order, once."""
    found = (Found(OFF, 0, 1, ""), Found(SMS, 1, 2, ""), Found(EMAIL, 2, 3, ""))
    clause = Clause((*found, Found(SMS, 3, 4, "")), question=False)
    assert {"stop"} == clause.names(Kind.ACT)
    assert set() == clause.names(Kind.BLOCK)
    assert ("sms", "email") == clause.values("channels")


@pytest.mark.parametrize(
    ("expected", "kind", "name"),
    [
        pytest.param("off", Kind.ACT, "stop", id="stop"),
        pytest.param("off", Kind.ACT, "cease", id="cease"),
        pytest.param("off", Kind.ACT, "annoyed", id="annoyed"),
        pytest.param("on", Kind.ACT, "give", id="give"),
        pytest.param("", Kind.ACT, "status", id="another act"),
        pytest.param("", Kind.BLOCK, "stop", id="no act"),
    ],
)
def test_sides(expected: str, kind: Kind, name: str) -> None:
    """An act takes away, gives, or does neither."""
    assert expected == side_of(Found(Cue(kind, name, "", "en"), 0, 1, ""))
