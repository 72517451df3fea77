"""The list of situations: what customers ask, after what they said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from consent.chain import stamp
from consent.copy_links import CopyWays
from consent.decisions import Action, Subject
from consent.dialogue.scene import Turn
from consent.dialogue.session import Awaiting, Pending
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page, Wish
from consent.notices import Form
from consent.replies import Message, Reply
from tests.locales.life import life
from tests.locales.sayings import REMARKS
from tests.locales.situations import (
    ALL,
    CASE,
    CHANNELS,
    CODE,
    EXPLAIN,
    GONE,
    GRANT,
    MARKETING,
    NO,
    NOW,
    PAUSE,
    PIN,
    TOPICS,
    WITHDRAW,
    YES,
    Said,
    Stage,
    off,
    on,
    wish,
)
from tests.locales.voices import PURPOSES

Played = Iterator[tuple[str, Turn]]
_SCOPE = Pending(awaiting=Awaiting.SCOPE, asked_at=NOW)
_WHICH = Pending(awaiting=Awaiting.CHANNELS, asked_at=NOW)
_UNKNOWN_TEXT = "0" * 64


def replies(stage: Stage) -> dict[str, Reply]:
    """Return every reply by the name of its situation."""
    first = (_stops, _withdrawals, _doubts, _grants, _answers, _switches, _pauses, _readings)
    both = (*first, _requests, _copies, life)
    more = (_chat_only, _own_pages, _pages, _codes) if stage.form is Form.CHAT else (_spelling,)
    played = chain.from_iterable(part(stage) for part in (*both, *more))
    chat = stage.form is Form.CHAT
    alone = (*_SAID_BY_DOORS, *(_SAID_BY_CHATS if chat else ()))
    doors = {x: Reply(language="", messages=(Message(x),)) for x in alone}
    doors |= {text.id: Reply(language="", messages=(text,)) for text in _SAID_BY_STAFF}
    for number, text in enumerate(() if chat else _SAID_BY_SMS):
        doors[f"{text.id} {number}"] = Reply(language="", messages=(text,))
    return {name: turn.reply() for name, turn in played} | doors


#: What a door says without asking the dialogue.
_SAID_BY_DOORS = ("error.store", "error.too_long")
_SAID_BY_CHATS = ("error.failed", "link.ended")
#: What staff let be said: a few of their own words stand for all.
_SAID_BY_STAFF = (
    Message("case.answer", {"case": CASE, "answer": "LMT 80768076"}),
    Message("case.extended", {"case": CASE, "due": stamp(NOW), "reason": "LMT 80768076"}),
)
_SAID_BY_SMS = (
    Message("limit.reached"),
    *(Message("code.text", {"purpose": p, "code": PIN}) for p in PURPOSES),
)


def _stops(stage: Stage) -> Played:
    rest = tuple(p for p in PURPOSES if p not in {"offers", "loyalty_offers"})
    marketing = stage.given("offers", "loyalty_offers")
    yield "STOP", stage.turn(MARKETING, *marketing, *on("sms"))
    yield "STOP after leaving", stage.turn(MARKETING, *marketing, GONE)
    yield "STOP ALL after leaving", stage.turn(ALL, *stage.given(*PURPOSES), GONE)
    yield "STOP, nothing ever given", stage.turn(MARKETING)
    yield "STOP, the rest ended before", stage.turn(MARKETING, *marketing, *stage.ended(*rest))
    yield "STOP again", stage.turn(MARKETING, *stage.ended("offers", "loyalty_offers"))
    yield "STOP again, nothing left", stage.turn(MARKETING, *stage.ended(*PURPOSES))
    yield "STOP ALL", stage.turn(ALL, *stage.given(*PURPOSES))
    yield "STOP ALL, then yes", stage.turn(Intent(name=YES), *marketing, pending=_SCOPE)
    yield "STOP ALL again", stage.turn(ALL, *stage.ended(*PURPOSES))


def _withdrawals(stage: Stage) -> Played:
    for p in PURPOSES:
        yield f"STOP {p}, given", stage.turn(wish(WITHDRAW, p), *stage.given(p))
        yield f"STOP {p}, never given", stage.turn(wish(WITHDRAW, p))
        yield f"STOP {p}, withdrawn before", stage.turn(wish(WITHDRAW, p), *stage.ended(p))
        said_no = Said(Subject.purpose(p), Action.REFUSED)
        yield f"STOP {p}, refused before", stage.turn(wish(WITHDRAW, p), said_no)
    for p in ("loyalty", "loyalty_offers"):
        yield f"STOP {p} after leaving", stage.turn(wish(WITHDRAW, p), *stage.given(p), GONE)
    loyalty = wish(WITHDRAW, "loyalty", "loyalty_offers")
    given = stage.given("loyalty", "loyalty_offers")
    yield "STOP both loyalties after leaving", stage.turn(loyalty, *given, GONE)
    three = ("traffic", "profiling", "location")
    yield "STOP three, given", stage.turn(wish(WITHDRAW, *three), *stage.given(*three))
    yield "STOP three, never given", stage.turn(wish(WITHDRAW, *three))
    mixed = (*stage.given("traffic"), *stage.ended("location"))
    yield "STOP three, one of each kind", stage.turn(wish(WITHDRAW, *three), *mixed)
    most = tuple(p for p in PURPOSES if p != "credit")
    yield "STOP seven, given", stage.turn(wish(WITHDRAW, *most), *stage.given(*most))


def _doubts(stage: Stage) -> Played:
    for size in (1, 2, 3):
        about = ("loyalty_offers", "profiling", "credit")[:size]
        doubt = Intent(name=WITHDRAW, purposes=about, certain=False)
        yield f"perhaps STOP {size}", stage.turn(doubt, *stage.given(*about))
    yield "perhaps STOP", stage.turn(Intent(name=WITHDRAW, certain=False), *stage.given("offers"))
    ways = Intent(name=WITHDRAW, certain=False, channels=("email", "call"))
    yield "perhaps no e-mail, no calls", stage.turn(ways, *stage.given("offers"))
    topics = Intent(name=WITHDRAW, certain=False, topics=("greetings", "surveys"))
    yield "perhaps no greetings, no surveys", stage.turn(topics, *stage.given("offers"))
    wishes = (Wish(name=WITHDRAW, purposes=("traffic",)), Wish(name=WITHDRAW, channels=("call",)))
    two = Intent(name=WITHDRAW, actions=wishes)
    yield "STOP 2 and a channel", stage.turn(two, *stage.given("offers", "traffic"), *on("call"))


def _grants(stage: Stage) -> Played:
    for p in PURPOSES:
        yield f"AGREE {p}", stage.turn(wish(GRANT, p))
        yield f"AGREE {p}, number proven", stage.turn(wish(GRANT, p), proof=2)
        yield f"AGREE {p}, given before", stage.turn(wish(GRANT, p), *stage.given(p))
        yes = Intent(name=YES, code=CODE)
        proof = 1 if stage.form is not Form.CHAT else 2
        yield f"yes to {p}", stage.turn(yes, pending=stage.asked_for(p), proof=proof)
        late = stage.asked_for(p, asked_at=NOW - timedelta(hours=25))
        yield f"late yes to {p}", stage.turn(yes, pending=late)
        stale = stage.asked_for(p, notice=_UNKNOWN_TEXT)
        yield f"yes to {p}, text changed", stage.turn(yes, pending=stale)
    pending = stage.asked_for("loyalty_offers")
    other_way = stage.turn(Intent(name=YES), *stage.given("offers"), *on("sms"), pending=pending)
    yield "yes to 7, a channel is on", other_way
    yield "AGREE to several", stage.turn(wish(GRANT, "traffic", "research"))
    for p in ("profiling", "credit", "location"):
        for misses in (0, 2):
            asked = stage.asked_for(p, code=CODE)
            wrong = Intent(name=YES, code="11")
            turn = stage.turn(wrong, pending=asked, misses=misses)
            yield f"wrong code for {p} after {misses}", turn


def _answers(stage: Stage) -> Played:
    waiting = stage.asked_for("traffic")
    yield "yes to nothing", stage.turn(Intent(name=YES))
    yield "no to nothing", stage.turn(Intent(name=NO))
    yield "no to a notice", stage.turn(Intent(name=NO), pending=waiting)
    yield "no to the rest", stage.turn(Intent(name=NO), pending=_SCOPE)
    yield (
        "yes to which channels",
        stage.turn(Intent(name=YES), *stage.given("offers"), pending=_WHICH),
    )
    yield "not understood", stage.turn(Intent(name=IntentName.UNCLEAR))
    yield "not understood, first", stage.turn(Intent(name=IntentName.UNCLEAR), greeted=False)
    yield (
        "not understood, asked",
        stage.turn(Intent(name=IntentName.UNCLEAR), pending=waiting),
    )


def _switches(stage: Stage) -> Played:
    offers = stage.given("offers")
    for kind, items in (("channels", CHANNELS), ("topics", TOPICS)):
        make = Subject.channel if kind == "channels" else Subject.topic
        for item in items:
            wanted = Intent(name=GRANT, **{kind: (item,)})  # type: ignore[arg-type]
            unwanted = Intent(name=WITHDRAW, **{kind: (item,)})  # type: ignore[arg-type]
            was_on, was_off = (Said(make(item), action) for action in (Action.ON, Action.OFF))
            yield f"{item}+", stage.turn(wanted, *offers)
            yield f"{item}+ without consent 1", stage.turn(wanted)
            yield f"{item}+ again", stage.turn(wanted, *offers, was_on)
            yield f"{item}-", stage.turn(unwanted, *offers, *on("email", "sms"), was_on)
            yield f"{item}- again", stage.turn(unwanted, *offers, was_off)
    both = stage.given("offers", "loyalty_offers")
    last = Intent(name=WITHDRAW, channels=("sms",))
    yield "last channel off", stage.turn(last, *offers, *on("sms"))
    yield "last channel off, two consents", stage.turn(last, *both, *on("sms"))
    for size in (2, 3):
        several = Intent(name=GRANT, channels=CHANNELS[:size])
        yield f"{size} channels on", stage.turn(several, *offers, pending=_WHICH)
    two_off = Intent(name=WITHDRAW, channels=CHANNELS[:2])
    yield "2 channels off", stage.turn(two_off, *offers, *on(*CHANNELS))
    both_topics = Intent(name=GRANT, topics=TOPICS[:2])
    yield "2 topics on", stage.turn(both_topics, *offers, *off(*TOPICS))
    yield "2 topics off", stage.turn(Intent(name=WITHDRAW, topics=TOPICS[:2]), *offers)


def _pauses(stage: Stage) -> Played:
    for p in PURPOSES:
        yield f"PAUSE {p}", stage.turn(wish(PAUSE, p), *stage.given(p))
    yield "PAUSE, not given", stage.turn(wish(PAUSE, "location"))


def _readings(stage: Stage) -> Played:
    status, explain = Intent(name=IntentName.STATUS), Intent(name=EXPLAIN)
    yield "first contact", stage.turn(Intent(name=IntentName.HELP), greeted=False)
    yield "help", stage.turn(Intent(name=IntentName.HELP))
    yield "the other brand", stage.turn(Intent(name=IntentName.STATUS, brand=_other(stage.brand)))
    yield "status, nothing said", stage.turn(status)
    for n in range(9):
        yield f"status, {n} given", stage.turn(status, *stage.given(*PURPOSES[:n]))
    yield "status, every state", stage.turn(status, *_every_state(stage))
    yield (
        "status, channels on",
        stage.turn(status, *stage.given(*PURPOSES), *on(*CHANNELS)),
    )
    for size in (3, 6):
        topics = off(*TOPICS[:size])
        yield (
            f"status, channels and {size} topics",
            stage.turn(status, *stage.given("offers"), *on(*CHANNELS), *topics),
        )
    for p in PURPOSES:
        yield f"INFO {p}", stage.turn(wish(EXPLAIN, p))
    yield "INFO two", stage.turn(wish(EXPLAIN, "offers", "loyalty_offers"))
    yield "INFO all eight", stage.turn(wish(EXPLAIN, *PURPOSES))
    yield "who is responsible", stage.turn(explain)
    yield "INFO 9", stage.turn(Intent(name=EXPLAIN, unknown_number=9))
    yield "a person", stage.turn(Intent(name=IntentName.HUMAN))
    yield "a review", stage.turn(Intent(name=IntentName.HUMAN, page=Page.REVIEW))
    yield "which language", stage.turn(Intent(name=IntentName.LANGUAGE))
    chosen = Intent(name=IntentName.LANGUAGE, wanted_language=stage.language)
    yield "language chosen", stage.turn(chosen)
    yield "language chosen first", stage.turn(chosen, greeted=False)


def _other(brand: str) -> str:
    return "amigo" if brand == "lmt" else "lmt"


def _every_state(stage: Stage) -> tuple[Said, ...]:
    """Return a past that leaves the purposes in all states, from all sources."""
    later = NOW + timedelta(hours=1)
    ran_out = NOW - timedelta(days=900)
    subject = Subject.purpose
    return (
        *stage.given("offers", "location"),
        Said(subject("traffic"), Action.GIVEN, actor="import"),
        Said(subject("profiling"), Action.ASKED, actor="system"),
        Said(subject("credit"), Action.REFUSED, actor="staff"),
        Said(subject("location"), Action.PAUSED, until=later),
        *stage.ended("loyalty"),
        *(
            Said(s.subject, s.action, s.notice, at=ran_out - timedelta(days=1))
            for s in stage.given("loyalty_offers")
        ),
        Said(GONE.subject, Action.ENDED, at=ran_out),
    )


def _chat_only(stage: Stage) -> Played:
    yield "INFO before the number", stage.turn(wish(EXPLAIN, "offers"), linked=False)
    yield "menu before the number", stage.turn(Intent(name=IntentName.HELP), linked=False)
    yield "AGREE before the number", stage.turn(wish(GRANT, "offers"), linked=False)
    yield "STOP before the number", stage.turn(MARKETING, linked=False)
    yield "STOP, then the number", stage.resume(MARKETING, *stage.given("offers"))
    yield "the number", stage.resume(None)
    yield "how to share the number", stage.turn(Intent(name=IntentName.HELP, page=Page.LINK))
    yield "the list", stage.turn(Intent(name=IntentName.HELP, page=Page.MENU))
    channel = Intent(name=GRANT, channels=("sms",))
    yield "a channel, then the number", stage.resume(channel, *stage.given("offers"))
    yield "a channel, then the number, no consent", stage.resume(channel)
    for why in REMARKS:
        yield why.value, stage.remark(why.value)


def _requests(stage: Stage) -> Played:
    """What a person is asked to do, what is added to it, and what is still open."""
    wrong = stage.turn(Intent(name=IntentName.HUMAN, page=Page.CORRECTION))
    yield "wrong data", wrong
    yield "another proof", stage.turn(Intent(name=IntentName.HUMAN, page=Page.OTHER_PROOF))
    adding = replace(stage.scene((), proof=1, linked=True), words="Anna")
    yield "what is wrong", step(adding, wrong.session, Intent(name=IntentName.UNCLEAR))
    yield "status, one open", step(adding, wrong.session, Intent(name=IntentName.STATUS))


def _own_pages(stage: Stage) -> Played:
    every = Intent(name=IntentName.STATUS, page=Page.SWITCHES)
    mine = Intent(name=EXPLAIN, page=Page.MY_DATA)
    offers = stage.given("offers")
    yield "switches, no consent", stage.turn(every)
    yield "switches, none chosen", stage.turn(every, *offers)
    yield "switches, all on", stage.turn(every, *offers, *on(*CHANNELS))
    yield "switches, all off", stage.turn(every, *offers, *off(*TOPICS))
    yield "my data", stage.turn(mine)
    yield "my data, nobody looked", replace(stage, unseen=True).turn(mine)
    yield "a copy", stage.turn(Intent(name=IntentName.HUMAN, page=Page.COPY))


def _copies(stage: Stage) -> Played:
    """Play a copy that is given at once, and one asked for too soon; a link is 43 characters."""
    ways = CopyWays(files=True, links=True, secret=lambda: "k" * 43)
    giving, copy = replace(stage, copies=ways), Intent(name=IntentName.HUMAN, page=Page.COPY)
    first = giving.turn(copy)
    yield "a copy, at once", first
    yield "a copy, too soon", step(giving.scene((), proof=1, linked=True), first.session, copy)


def _pages(stage: Stage) -> Played:
    """Every consent's page in every state, and each of its buttons pressed too late."""
    for p in PURPOSES:
        yield f"page of {p}, given", stage.turn(wish(EXPLAIN, p), *stage.given(p))
        yield f"page of {p}, withdrawn", stage.turn(wish(EXPLAIN, p), *stage.ended(p))
        yield f"page of {p}, all states", stage.turn(wish(EXPLAIN, p), *_every_state(stage))
        for name in (YES, NO, WITHDRAW):
            pressed = Intent(name=name, purposes=(p,), notice=stage.code(p))
            yield f"{name.value} to {p}, given", stage.turn(pressed, *stage.given(p))
            yield f"{name.value} to {p}, ended", stage.turn(pressed, *stage.ended(p))


def _codes(stage: Stage) -> Played:
    """Play what a chat says where codes can be sent by SMS."""
    texting = replace(stage, texting=True)
    for p in (x for x in PURPOSES if stage.texts.catalogue.purpose(x).proof > 1):
        agree = Intent(name=YES, purposes=(p,), notice=stage.code(p))
        asked = stage.asked_for(p)
        out = replace(asked, code=PIN)
        yield f"{p}, shown where codes can be sent", texting.turn(wish(GRANT, p))
        yield f"yes to {p}: code sent", texting.turn(agree, pending=asked)
        yield f"yes to {p} again", texting.turn(agree, pending=out)
        yield f"yes to {p}: enough codes", texting.turn(agree, pending=asked, codes=3)
        wrong = Intent(name=YES, code="1234")
        yield f"{p}: mistyped", texting.turn(wrong, pending=out)
        yield f"{p}: mistyped too often", texting.turn(wrong, pending=out, misses=2)
        right = Intent(name=YES, code=PIN)
        yield f"{p}: typed", texting.turn(right, pending=out)
    blocked = replace(stage, blocked=True)
    on_sms = Intent(name=GRANT, channels=("sms",))
    yield "SMS on, but blocked", blocked.turn(on_sms, *stage.given("offers"))
    yield (
        "offers given, SMS on but blocked",
        blocked.turn(Intent(name=YES), *on("sms"), pending=stage.asked_for("offers")),
    )


def _spelling(stage: Stage) -> Played:
    for wanted in ("diacritics", "plain"):
        intent = Intent(name=IntentName.LANGUAGE, wanted_language=wanted)
        yield f"language: {wanted}", stage.turn(intent)
