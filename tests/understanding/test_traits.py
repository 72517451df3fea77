"""What can be weighed in a message."""

from __future__ import annotations

import pytest

from consent.understanding.clauses import Clause, Reading
from consent.understanding.cues import Cue, Found, Kind
from consent.understanding.traits import of_cues, traits

HALT = Found(Cue(Kind.ACT, "stop", "", "en"), 0, 1, "halt")
EMAIL = Found(Cue(Kind.OBJECT, "channels", "email", "en"), 1, 2, "mail")


def _reading(text: str, *clauses: Clause) -> Reading:
    return Reading(tuple(text.split()), (), clauses, 1.0)


def _of(text: str) -> frozenset[str]:
    return traits(_reading(text))


@pytest.mark.parametrize(
    "trait",
    [
        pytest.param("w=advertising", id="a word"),
        pytest.param("p=adve", id="its beginning"),
        pytest.param("l=<adv", id="its first letters"),
        pytest.param("l=sing>", id="its last letters"),
        pytest.param("b=stop advertising", id="two words"),
        pytest.param("b=< stop", id="the first word"),
        pytest.param("b=now >", id="the last word"),
        pytest.param("pb=stop adve", id="two beginnings"),
    ],
)
def test_words(trait: str) -> None:
    """Words count, alone and side by side, whole and in part."""
    assert trait in _of("stop advertising now")


def test_order_counts() -> None:
    """The same words in another order are another message."""
    assert _of("not stop") != _of("stop not")


def test_forms_of_a_word_have_something_in_common() -> None:
    """What was learnt of one form of a word speaks for the others."""
    common = _of("advertising") & _of("advertisement")
    assert {"p=adve", "l=dvert"} <= common
    assert not _of("advertising") & _of("продолжайте") - {"n=1", "o="}


def test_length_counts_in_steps() -> None:
    """A long message is told from a short one, not from one just as long."""
    steps = [
        next(t for t in _of("word " * count) if t.startswith("n=")) for count in (1, 5, 6, 40)
    ]
    assert steps[1] == steps[2]
    assert 3 == len(set(steps))


def test_a_word_without_end_has_few_traits() -> None:
    """A word longer than any real one is weighed by its beginning."""
    letters = "".join(chr(ord("a") + n % 26) for n in range(2000))
    assert len(_of(letters)) < 60


@pytest.mark.parametrize(
    ("there", "question"),
    [
        pytest.param({"c=acts.stop.", "c=objects.channels.email", "q=False"}, False, id="said"),
        pytest.param({"c=acts.stop.", "cq=acts.stop", "q=True"}, True, id="asked"),
    ],
)
def test_cues(there: set[str], *, question: bool) -> None:
    """Cues count, with what they are about; in a question they count otherwise as well."""
    found = traits(_reading("", Clause((HALT, EMAIL), question=question)))
    assert there <= found
    assert question == ("cq=objects.channels" in found)


def test_order_of_cues_counts() -> None:
    """What is said first counts, in whichever clause it stands; once in a row is enough."""
    halt, mail = Clause((HALT,), question=False), Clause((EMAIL,), question=False)
    assert "o=stop channels" in traits(_reading("", halt, mail))
    assert "o=stop channels" in traits(_reading("", mail, halt, halt))
    assert "o=channels" in traits(_reading("", mail))


def test_words_beside_a_cue_count() -> None:
    """A cue is told from the same cue after or before other words."""
    said = Clause((HALT, EMAIL), question=False)
    found = traits(_reading("halt mail certainly not calls", said))
    assert {"cf=stop mail", "cf=stop certa", "cb=channels halt", "cf=channels not"} <= found
    assert not {"cb=stop mail", "cf=stop not", "cf=channels calls"} & found


def test_an_answer_has_each_trait_twice() -> None:
    """As an answer a message keeps its traits and has each as one of that question, too."""
    reading = _reading("sure", Clause((HALT,), question=False))
    plain, answer = traits(reading), traits(reading, "grant")
    assert plain < answer
    assert {f"grant:{trait}" for trait in plain} == answer - plain


def test_an_empty_message_has_no_words() -> None:
    """Of nothing there is nothing to weigh but that it is nothing."""
    assert not [trait for trait in _of("") if trait.startswith(("w=", "p=", "l=", "s="))]


def test_the_message_as_a_whole() -> None:
    """Cues and length are known without a look at the words themselves."""
    reading = _reading("halt mail", Clause((HALT, EMAIL), question=False))
    assert of_cues(reading) < traits(reading)
    assert not [t for t in of_cues(reading) if t.startswith(("w=", "p=", "l=", "b=", "pb="))]
