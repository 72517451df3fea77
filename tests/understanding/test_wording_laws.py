"""What holds for free wording whatever was learnt and whatever is typed."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from consent.intents import Intent, IntentName
from consent.understanding import explain, understand
from tests.understanding import LEXICON, taught

PENDING = st.sampled_from(
    [None, "grant:offers", "grant:credit", "channels", "scope", "withdraw", "link"]
)
PURPOSE = "offers"
NOISE = st.text(st.characters())
#: Letters and signs that make words, if not sentences.
LETTERS = st.text("abdeijknoprstuvzāčēīšжабвгдеинорстуя ,.?!-3+", max_size=60)
#: A model by which a word says yes or grants, surely or hardly.
SHARES = st.sampled_from(
    [
        {"yes": 0.97},
        {"grant": 0.97},
        {"yes": 0.3, "grant": 0.5},
        {"yes": 0.45, "explain": 0.3},
        {"grant": 0.75},
        {},
    ]
)
SAYS = st.fixed_dictionaries({"zork": SHARES, "frob": SHARES})
WORDS = ("zork", "frob", "yes", "okay", "of course", "no", "offers", "email", "it")
TYPED = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5)
#: What a yes is known by at the beginning of a message.
YES = ("yes", "okay", "of course")


def _gives(intent: Intent) -> bool:
    """Say whether a message accepts the notice that is pending: by a yes, or by its name."""
    yes = any(wish.name is IntentName.YES and wish.certain for wish in intent.wishes)
    named = any(
        wish.name is IntentName.GRANT and (PURPOSE,) == wish.purposes and wish.certain
        for wish in intent.wishes
    )
    return intent.certain and (yes or named)


@given(text=NOISE | LETTERS | st.lists(NOISE).map(" ".join), pending=PENDING)
@example("\ud800 \udfff", "grant:offers")
@example("? " * 2000, "channels")
@example("яндекс," * 3000, None)
def test_never_fails(text: str, pending: str | None) -> None:
    """Whatever is typed is read, and why it was read so can be told."""
    assert understand(text, LEXICON, pending=pending).name in IntentName
    assert isinstance(explain(text, LEXICON, pending=pending), tuple)


@given(text=st.lists(NOISE | LETTERS).map(" ".join))
@example("A0 P")
def test_noise_accepts_no_notice(text: str) -> None:
    """What no rule reads and no listed yes begins accepts no notice, whatever was learnt."""
    pending = f"grant:{PURPOSE}"
    assume(explain(text, LEXICON, pending=pending)[:1] == ("wording",))
    assert not _gives(understand(text, LEXICON, pending=pending))


@given(words=TYPED, says=SAYS, between=st.sampled_from([" ", ", ", ". "]))
def test_only_a_listed_yes_accepts_a_notice(
    words: list[str], says: taught.Says, between: str
) -> None:
    """However surely a message weighs as a yes, it accepts nothing unless it begins with one."""
    assume(words[0] not in YES)
    states = {PURPOSE: (0.02, 0.9)}
    assert not _gives(taught.understood(between.join(words), says, states, f"grant:{PURPOSE}"))


@given(words=TYPED, says=SAYS, mark=st.sampled_from(["?", "?!", "!?", " ?", "...?"]))
def test_no_question_accepts_a_notice(words: list[str], says: taught.Says, mark: str) -> None:
    """A message that ends in a question mark accepts nothing, not even beginning with a yes."""
    text = " ".join(words) + mark
    assert not _gives(taught.understood(text, says, {PURPOSE: (0.02, 0.9)}, f"grant:{PURPOSE}"))


@given(words=TYPED, says=SAYS, doubt=st.sampled_from(taught.DOUBTS))
def test_no_doubt_accepts_a_notice(words: list[str], says: taught.Says, doubt: str) -> None:
    """A message with a condition or a doubt in it accepts nothing."""
    text = " ".join((*words, doubt))
    assert not _gives(taught.understood(text, says, {PURPOSE: (0.02, 0.9)}, f"grant:{PURPOSE}"))
