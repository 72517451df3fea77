"""Decisions taken elsewhere: a no is always taken, a yes only with all that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from consent.batch_ports import Deeds, Held
from consent.batches import Entry, Fate, Refusal, Release, admit, admit_release, is_plain
from consent.chain import evidence_hash, verify
from consent.decisions import NO, SERVICE, YES, Action, CustomerId, Decision, Subject
from consent.desk import ConsentDesk, House
from consent.errors import StoreUnavailable
from consent.notices import Status
from consent.papers import WiderShelf
from consent.ports import Address, AddressKind
from consent.settling import settle, work_at
from consent.standing import Standing
from consent.states import State, Switch
from locales import ROOT
from locales.lexicon import load_lexicon
from storage.memory import MemoryLedger
from tests.builders import (
    AMIGO,
    CATALOGUE,
    DAY,
    HOUR,
    LMT,
    NUMBER,
    SHELF,
    START,
    CountedEntropy,
    MovableClock,
    given,
    lens,
    notice,
    said,
    shelf,
    standing,
    subject,
)

OFFERS, SMS, NEWS = subject("offers"), subject("sms"), subject("news")
SEEN = notice("offers").fingerprint
_NOTHING = Standing()


def yes(about: Subject = OFFERS, **changes: object) -> Entry:
    """Return a yes with all that proves it, said a day ago."""
    fields: dict[str, object] = {
        "brand": LMT,
        "address": NUMBER,
        "subject": about,
        "action": Action.GIVEN if about.kind.value == "purpose" else Action.ON,
        "said_at": START - DAY,
        "notice": SEEN if about in {OFFERS, SMS, NEWS} else notice(about.id).fingerprint,
        "language": "lv",
        "actor": "staff 12",
        "door": "import",
        "method": "paper",
        "document": "form 7",
    }
    return Entry(**(fields | changes))  # type: ignore[arg-type]


def no(about: Subject = OFFERS, action: Action = Action.WITHDRAWN, **changes: object) -> Entry:
    """Return a no of which nothing is known but that it was said."""
    bare: dict[str, object] = {
        "brand": LMT,
        "address": NUMBER,
        "subject": about,
        "action": action,
        "door": "import",
    }
    return Entry(**(bare | changes))  # type: ignore[arg-type]


def settled(*entries: Entry, before: Sequence[Decision] = (), former: bool = False) -> Deeds:
    """Return what entries change of a customer who said this before."""
    held = Held(customer=CustomerId("customer-1"), standing=standing(*before), former=former)
    return settle(held, entries, lens(), CountedEntropy())


def after(deeds: Deeds, *before: Decision) -> Standing:
    """Return the standing that entries leave."""
    return standing(*before, *deeds.decisions)


def refusals(deeds: Deeds) -> list[Refusal | None]:
    """Return why each entry was refused, none where it was not."""
    return [fate.refusal for fate in deeds.fates]


def state(found: Standing, purpose: str = "offers") -> State:
    """Return the state of a purpose."""
    return lens().read(found, CATALOGUE.purpose(purpose)).state


def switch(found: Standing, about: Subject = SMS) -> Switch:
    """Return the state of a channel or topic."""
    return lens().switch(found, about)[0]


@pytest.mark.parametrize("about", [OFFERS, SMS, NEWS], ids=lambda s: s.kind.value)
def test_a_proven_yes_is_admitted(about: Subject) -> None:
    """With notice, language, time, actor and how it was expressed, a yes counts."""
    assert admit(yes(about), _NOTHING, lens()) is None


def test_a_document_or_how_it_was_expressed_is_enough() -> None:
    """One of the two proves it."""
    for enough in (yes(method=""), yes(document="")):
        assert admit(enough, _NOTHING, lens()) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"brand": "bite"}, Refusal.UNKNOWN_BRAND),
        ({"subject": Subject.purpose("spam")}, Refusal.UNKNOWN_SUBJECT),
        ({"subject": Subject.channel("fax")}, Refusal.UNKNOWN_SUBJECT),
        ({"subject": Subject.topic("gossip")}, Refusal.UNKNOWN_SUBJECT),
        ({"action": Action.ON}, Refusal.UNFIT_ACTION),
        ({"action": Action.ASKED}, Refusal.UNFIT_ACTION),
        ({"action": Action.ENDED}, Refusal.UNFIT_ACTION),
        ({"said_at": None}, Refusal.TIME_MISSING),
        ({"said_at": START + timedelta(microseconds=1)}, Refusal.SAID_AFTER_RECORDED),
        ({"actor": ""}, Refusal.ACTOR_MISSING),
        ({"actor": "anna@lmt.lv"}, Refusal.ACTOR_MISSING),
        ({"actor": "20000001"}, Refusal.ACTOR_MISSING),
        ({"notice": None}, Refusal.NOTICE_MISSING),
        ({"notice": "f" * 64}, Refusal.NOTICE_UNKNOWN),
        ({"notice": notice("offers", brand=AMIGO).fingerprint}, Refusal.NOTICE_OF_ANOTHER),
        ({"notice": notice("traffic").fingerprint}, Refusal.NOTICE_OF_ANOTHER),
        ({"language": ""}, Refusal.LANGUAGE_MISSING),
        ({"language": "ru"}, Refusal.LANGUAGE_NOT_THE_NOTICES),
        ({"method": "", "document": ""}, Refusal.EXPRESSION_MISSING),
        ({"method": "called +37120000001"}, Refusal.EXPRESSION_MISSING),
    ],
)
def test_a_yes_that_lacks_something_is_refused(
    changes: dict[str, object], refusal: Refusal
) -> None:
    """Each missing piece of evidence is named (law 1)."""
    assert refusal is admit(replace(yes(), **changes), _NOTHING, lens())  # type: ignore[arg-type]


def test_a_channel_needs_a_notice_of_contact() -> None:
    """What was shown about traffic data says nothing about SMS."""
    other = yes(SMS, notice=notice("traffic").fingerprint)
    assert Refusal.NOTICE_OF_ANOTHER is admit(other, _NOTHING, lens())
    assert admit(yes(SMS, notice=notice("loyalty_offers").fingerprint), _NOTHING, lens()) is None


def test_the_other_brand_s_lens_admits_its_own_alone() -> None:
    """An LMT notice proves nothing to Amigo (law 7)."""
    theirs = yes(brand=AMIGO, notice=notice("offers", brand=AMIGO).fingerprint)
    assert admit(theirs, _NOTHING, lens(brand=AMIGO)) is None
    foreign = yes(brand=AMIGO)
    assert Refusal.NOTICE_OF_ANOTHER is admit(foreign, _NOTHING, lens(brand=AMIGO))


@pytest.mark.parametrize("gap", [-DAY, timedelta(0)], ids=["earlier", "at the same instant"])
@pytest.mark.parametrize(
    ("about", "last"),
    [
        (OFFERS, said("offers", Action.WITHDRAWN, at=START - HOUR)),
        (OFFERS, said("offers", Action.REFUSED, at=START - HOUR)),
        (SMS, said("sms", Action.OFF, at=START - HOUR)),
        (SMS, said("sms", Action.UNSET, at=START - HOUR)),
        (NEWS, said("news", Action.OFF, at=START - HOUR)),
    ],
    ids=lambda value: value.action.value if isinstance(value, Decision) else value.id,
)
def test_a_yes_must_be_later_than_every_no(about: Subject, last: Decision, gap: timedelta) -> None:
    """An older yes that arrives late, or one of the same instant, never passes a no (law 6)."""
    entry = yes(about, said_at=last.said_at + gap)
    assert Refusal.NOT_LATER_THAN_NO is admit(entry, standing(last), lens())
    later = replace(entry, said_at=last.said_at + timedelta(microseconds=1))
    assert admit(later, standing(last), lens()) is None


@drawn(
    about=st.sampled_from([OFFERS, subject("research"), SMS, NEWS]),
    action=st.sampled_from(sorted(NO)),
    said_at=st.none() | st.timedeltas(-900 * DAY, 900 * DAY).map(lambda gap: START + gap),
    notice=st.none() | st.text(max_size=4),
    language=st.text(max_size=4),
    actor=st.text(max_size=9),
    method=st.text(max_size=9),
    document=st.text(max_size=9),
)
def test_a_no_is_always_taken(**drawn_fields: object) -> None:
    """Whatever is missing, unknown or absurd about it: afterwards it is not allowed."""
    about, action = drawn_fields.pop("about"), drawn_fields.pop("action")
    assert isinstance(about, Subject)
    assert isinstance(action, Action)
    before = given("offers", "research", "sms", "news", at=START - 901 * DAY)
    deeds = settled(no(about, action, **drawn_fields), before=before)
    assert [None] == refusals(deeds)
    found = after(deeds, *before)
    assert found.record(about).no is not None
    assert found.record(about).no.at <= START  # type: ignore[union-attr]
    if about.kind.value == "purpose":
        assert state(found, about.id) is State.WITHDRAWN
    else:
        assert switch(found, about) is Switch.OFF


@pytest.mark.parametrize("said_at", [None, START + DAY], ids=["unknown", "in the future"])
def test_a_no_of_no_usable_time_counts_from_now(said_at: datetime | None) -> None:
    """It is in force at once and does not bar a yes of tomorrow."""
    deeds = settled(no(said_at=said_at), before=given("offers"))
    assert [START] == [d.said_at for d in deeds.decisions]


@pytest.mark.parametrize(
    ("about", "action", "taken"),
    [
        (OFFERS, Action.OFF, Action.WITHDRAWN),
        (OFFERS, Action.REFUSED, Action.REFUSED),
        (SMS, Action.WITHDRAWN, Action.OFF),
        (NEWS, Action.REFUSED, Action.OFF),
        (SERVICE, Action.OFF, None),
        (SMS, Action.PAUSED, None),
        (SERVICE, Action.ENDED, Action.ENDED),
    ],
)
def test_a_no_is_a_no_however_it_is_named(
    about: Subject, action: Action, taken: Action | None
) -> None:
    """Other systems switch purposes off and withdraw channels."""
    entry = no(about, action)
    assert taken is entry.taken_as
    assert not entry.raises


def test_a_bare_no_is_recorded_with_what_is_known() -> None:
    """Language and actor are filled in; a notice nobody knows is not claimed."""
    (decision,) = settled(no(notice="x", language="et")).decisions
    assert ("lv", "import", "document", None) == (
        decision.language,
        decision.actor,
        decision.method,
        decision.notice,
    )


def test_what_may_not_stand_in_clear_is_sealed() -> None:
    """Addresses and numbers among the words go into the evidence, none into the ledger."""
    entry = no(actor="anna@lmt.lv", method="call 20000001", document="a\ud800b")
    (decision,) = settled(entry).decisions
    assert decision.evidence is not None
    assert "a\ufffdb · anna@lmt.lv · call 20000001" == decision.evidence.words
    assert ("import", "document") == (decision.actor, decision.method)
    (bare,) = settled(replace(entry, document="")).decisions
    assert bare.evidence is not None
    assert "anna@lmt.lv · call 20000001" == bare.evidence.words


@pytest.mark.parametrize("text", ["a" * 65, "", "a\nb", "a\0", "x@y", "1234567", "+371"])
def test_plain_words_hold_no_address(text: str) -> None:
    """What could be a number, an address or markup is not written in clear."""
    assert not is_plain(text)


def test_a_pause_needs_its_end() -> None:
    """A pause is taken with an end after its beginning, and says until when."""
    where = subject("location")
    for until in (None, START - DAY, START):
        pause = no(where, Action.PAUSED, until=until)
        assert Refusal.PAUSE_WITHOUT_END is admit(pause, _NOTHING, lens())
    riga = timezone(2 * HOUR)
    end = (START + DAY).astimezone(riga)
    before = given("location")
    deeds = settled(no(where, Action.PAUSED, until=end), before=before)
    assert (START + DAY, UTC) == (deeds.decisions[0].until, deeds.decisions[0].until.tzinfo)  # type: ignore[union-attr]
    assert State.PAUSED is state(after(deeds, *before), "location")


@pytest.mark.parametrize("action", [Action.ENDED, Action.RESTARTED])
def test_service_events_need_time_and_actor(action: Action) -> None:
    """Two years begin and end by them, so they must be known exactly."""
    event = no(SERVICE, action, said_at=START - DAY, actor="billing")
    assert admit(event, _NOTHING, lens()) is None
    assert Refusal.TIME_MISSING is admit(replace(event, said_at=None), _NOTHING, lens())
    ahead = replace(event, said_at=START + DAY)
    assert Refusal.SAID_AFTER_RECORDED is admit(ahead, _NOTHING, lens())
    assert Refusal.ACTOR_MISSING is admit(replace(event, actor=""), _NOTHING, lens())


def test_the_end_of_the_service_starts_the_clock() -> None:
    """Loyalty runs out two years after an imported end, unless a restart stops it."""
    before = given("loyalty", at=START - 900 * DAY)
    end = no(SERVICE, Action.ENDED, said_at=START - 800 * DAY, actor="billing")
    back = no(SERVICE, Action.RESTARTED, said_at=START - 100 * DAY, actor="billing")
    ended = after(settled(end, before=before), *before)
    assert State.EXPIRED is state(ended, "loyalty")
    restarted = replace(back, said_at=START - 700 * DAY)
    assert State.GIVEN is state(after(settled(end, restarted, before=before), *before), "loyalty")
    assert (True, False) == (back.raises, end.raises)


def test_entries_become_links_of_the_chain() -> None:
    """They follow what was there, with salted evidence that names the entry."""
    first = settled(yes())
    held = Held(
        customer=first.customer,
        standing=after(first),
        head=first.head,
        length=first.length,
    )
    second = settle(held, [no()], lens(), CountedEntropy())
    links = (*first.decisions, *second.decisions)
    assert 2 == verify(links, second.head) == second.length
    assert [1, 2] == [d.position for d in links]
    proof = first.decisions[0].evidence
    assert proof is not None
    assert ("form 7", "import", 1, "given", yes().key) == (
        proof.words,
        proof.proof_kind,
        proof.proof_level,
        proof.intent,
        proof.message_id,
    )
    assert evidence_hash(proof, first.decisions[0].salt or "") == first.decisions[0].evidence_hash


def test_times_are_kept_in_utc() -> None:
    """The same moment told in another zone is the same entry, and is written in UTC."""
    riga = yes(said_at=(START - DAY).astimezone(timezone(2 * HOUR)))
    assert yes().key == riga.key
    (decision,) = settled(riga).decisions
    assert (START - DAY, UTC) == (decision.said_at, decision.said_at.tzinfo)
    pauses = [no(until=end) for end in (START, START.astimezone(timezone(HOUR)))]
    assert 1 == len({entry.key for entry in pauses})


def test_the_same_entry_is_recorded_once() -> None:
    """In one batch and in the next; another document is another entry."""
    deeds = settled(yes(), yes(), yes(document="form 8"))
    first = deeds.decisions[0].id
    assert (
        Fate(decision=first),
        Fate(decision=first, again=True),
        Fate(decision=deeds.decisions[1].id),
    ) == deeds.fates
    held = Held(customer=deeds.customer, known={yes().key: first})
    again = settle(held, [yes()], lens(), CountedEntropy())
    assert ((), (Fate(decision=first, again=True),)) == (again.decisions, again.fates)


@pytest.mark.parametrize(
    ("yes_at", "said_at", "again"),
    [
        pytest.param(START - HOUR, None, False, id="undated-after-a-yes"),
        pytest.param(START - HOUR, START + DAY, False, id="by-a-day-that-is-not-over"),
        pytest.param(START - HOUR, START - DAY, True, id="said-before-the-yes"),
        pytest.param(None, None, True, id="nothing-since"),
    ],
)
def test_a_no_told_in_the_same_words_after_a_yes_counts_anew(
    *, yes_at: datetime | None, said_at: datetime | None, again: bool
) -> None:
    """Two visits to a shop can be told alike: the second no is never taken for the first."""
    told = no(said_at=said_at)
    before = [said("offers", Action.REFUSED, at=START - DAY)]
    before += [said("offers", Action.GIVEN, at=yes_at)] if yes_at else []
    known = {told.key: before[0].id}
    held = Held(customer=CustomerId("customer-1"), standing=standing(*before), known=known)
    deeds = settle(held, (told, told), lens(), CountedEntropy())
    assert [again, True] == [fate.again for fate in deeds.fates]
    expected = State.GIVEN if again and yes_at else State.REFUSED if again else State.WITHDRAWN
    assert expected is state(after(deeds, *before))


def test_of_a_stranger_nothing_is_made_if_nothing_is_recorded() -> None:
    """Somebody unknown becomes a customer by what is recorded of them alone."""
    refused = settle(Held(), [yes(actor="")], lens(), CountedEntropy())
    assert (None, (), {}) == (refused.customer, refused.decisions, refused.records)
    recorded = settle(Held(), [yes(actor=""), no()], lens(), CountedEntropy())
    assert recorded.customer == recorded.decisions[0].customer
    assert {OFFERS} == set(recorded.records)


def test_a_former_holder_can_only_lose() -> None:
    """What was said before the number changed hands lowers, never raises (law 7)."""
    restart = no(SERVICE, Action.RESTARTED, said_at=START - DAY, actor="billing")
    deeds = settled(yes(), no(), restart, former=True)
    before = Refusal.SAID_BEFORE_RELEASE
    assert [before, None, before] == refusals(deeds)


def test_channels_return_to_unset_with_the_last_contact() -> None:
    """An imported end of all contact unsets the channels that were on, not before (meaning.md)."""
    before = given("offers", "loyalty_offers", "sms", "call", at=START - 9 * DAY)
    one = settled(no(), before=before)
    assert [OFFERS] == [d.subject for d in one.decisions]
    both = settled(no(), no(subject("loyalty_offers")), before=before)
    found = after(both, *before)
    assert (Switch.UNSET, Switch.UNSET) == (switch(found), switch(found, subject("call")))
    assert 3 + 1 == len(both.decisions)
    assert both.fates[1].decision == both.decisions[1].id


def test_a_no_of_the_past_unsets_what_was_on_by_then() -> None:
    """A no said before the channel was switched on unsets it all the same: no contact is left."""
    before = (*given("offers", at=START - 9 * DAY), *given("sms", at=START - 3 * DAY))
    deeds = settled(no(said_at=START - 5 * DAY), before=before)
    assert Switch.UNSET is switch(after(deeds, *before))
    newer = settled(no(said_at=START - 10 * DAY), before=before)
    assert Switch.ON is switch(after(newer, *before))


def test_a_channel_of_before_a_no_to_contact_does_not_come_back() -> None:
    """A channel switched on is part of being contacted: every no to that is newer (law 6)."""
    ended = said("offers", Action.WITHDRAWN, at=START - 5 * DAY)
    renewed = (ended, *given("offers", at=START - 2 * DAY))
    early, late = (yes(SMS, said_at=START - days * DAY) for days in (6, 4))
    for before in ((ended,), renewed):
        assert Refusal.NOT_LATER_THAN_NO is admit(early, standing(*before), lens())
        assert admit(late, standing(*before), lens()) is None
    topic = yes(NEWS, said_at=START - 6 * DAY)
    assert admit(topic, standing(ended), lens()) is None


def test_channels_of_a_consent_that_ran_out_do_not_come_back() -> None:
    """A new yes to a newer text leaves the channels of the old one unset, its own stay on."""
    newer = notice("offers", major=2)
    through = lens(on=shelf(newer))
    before = (*given("offers", "sms", at=START - 9 * DAY), *given("call", at=START - 2 * DAY))
    entry = yes(notice=newer.fingerprint, said_at=START - 2 * DAY)
    held = Held(customer=CustomerId("c"), standing=standing(*before))
    deeds = settle(held, [entry], through, CountedEntropy())
    found = after(deeds, *before)
    states = [through.switch(found, subject(name))[0] for name in ("sms", "call")]
    assert [Switch.UNSET, Switch.ON] == states
    assert deeds.fates[0].decision == deeds.decisions[1].id


_CONTACTING = (OFFERS, subject("loyalty_offers"))
_LATER = st.timedeltas(-30 * DAY, timedelta(0)).map(lambda gap: START + gap)
_ENTRIES = st.lists(
    st.builds(
        lambda about, raises, at: yes(about, said_at=at) if raises else no(about, said_at=at),
        about=st.sampled_from([OFFERS, subject("loyalty_offers"), SMS]),
        raises=st.booleans(),
        at=_LATER,
    ),
    max_size=9,
)


@drawn(entries=_ENTRIES)
def test_no_entries_ever_pass_a_no(entries: list[Entry]) -> None:
    """Whatever comes in whatever order: what stands as yes was said after every no (law 6)."""
    found = after(settled(*entries))
    for about in (OFFERS, subject("loyalty_offers")):
        noes = [e.said_at for e in entries if e.subject == about and e.action in NO]
        if state(found, about.id) is State.GIVEN:
            assert all(found.record(about).yes.at > at for at in noes if at)  # type: ignore[union-attr]
    contact = lens().contacts(found)
    ended = [e.said_at for e in entries if e.subject != SMS and e.action in NO and e.said_at]
    if switch(found) is Switch.ON and not contact and ended:
        assert found.record(SMS).yes.at > max(ended)  # type: ignore[union-attr]


@drawn(entries=_ENTRIES)
def test_a_batch_twice_is_a_batch_once(entries: list[Entry]) -> None:
    """Coming again, every entry that was recorded is known and the rest is refused again."""
    first = settled(*entries)
    known = {e.key: f.decision for e, f in zip(entries, first.fates, strict=True) if f.decision}
    held = Held(customer=first.customer, standing=after(first), known=known)
    second = settle(held, entries, lens(), CountedEntropy())
    assert () == second.decisions
    assert [f.refusal is None for f in first.fates] == [f.again for f in second.fates]


@drawn(entries=_ENTRIES)
def test_the_order_of_a_file_never_allows_more(entries: list[Entry]) -> None:
    """In whatever order rows come, no more is allowed than what was said allows by its time."""
    found = after(settled(*entries))
    spoken = [(e.subject, e.said_at or START, e.raises) for e in entries]
    for about in _CONTACTING:
        if state(found, about.id) is State.GIVEN:
            assert _holds(spoken, about, START)
    if switch(found) is Switch.ON:
        on = max(at for about, at, raises in spoken if about == SMS and raises)
        ends = [at for about, at, raises in spoken if about in _CONTACTING and not raises]
        later = [at for at in ends if at >= on]
        assert _holds(spoken, SMS, START)
        assert all(any(_holds(spoken, p, at) for p in _CONTACTING) for at in later)


def _holds(spoken: list[tuple[Subject, datetime, bool]], about: Subject, now: datetime) -> bool:
    """Say whether the newest word up to a moment is a yes; of two at one instant the no is."""
    words = [(at, not raises) for found, at, raises in spoken if found == about and at <= now]
    return bool(words) and not max(words)[1]


def test_a_release_needs_time_and_actor() -> None:
    """A number is not taken off anybody for nothing."""
    freed = Release(brand=LMT, address=NUMBER, said_at=START - DAY, actor="billing", door="import")
    assert admit_release(freed, lens()) is None
    for change, refusal in (
        ({"brand": "bite"}, Refusal.UNKNOWN_BRAND),
        ({"said_at": None}, Refusal.TIME_MISSING),
        ({"said_at": START + DAY}, Refusal.SAID_AFTER_RECORDED),
        ({"actor": ""}, Refusal.ACTOR_MISSING),
    ):
        assert refusal is admit_release(replace(freed, **change), lens())


def test_work_is_done_at_one_moment() -> None:
    """A batch is judged and recorded at the same moment, each entry by its brand's data."""
    work = work_at(START, lambda brand, now: lens(now, brand=brand), CountedEntropy())
    deeds = work.settle(Held(), [no(brand=AMIGO)])
    assert (START, START, AMIGO) == (
        work.at,
        deeds.decisions[0].recorded_at,
        deeds.decisions[0].brand,
    )
    freed = Release(brand="bite", address=NUMBER, said_at=START, actor="x", door="import")
    assert Refusal.UNKNOWN_BRAND is work.refuse(freed)


def test_papers_are_known_and_never_shown() -> None:
    """A paper is found and counts by its version; the texts that doors show stay the same."""
    old, same = notice("offers", major=0, minor=9), notice("offers", minor=7)
    wider = WiderShelf(SHELF, [old, replace(same, status=Status.APPROVED)])
    assert wider.find(same.fingerprint) == wider.by_code(same.code)
    assert wider.current(LMT, "offers", "lv", same.form) == SHELF.current(
        LMT, "offers", "lv", same.form
    )
    assert not wider.is_current(same.fingerprint)
    outdated = [wider.outdated(LMT, "offers", n.fingerprint) for n in (old, same)]
    assert [True, False] == outdated
    assert (1, None) == (wider.newest_major(LMT, "offers"), wider.newest_major(LMT, "spam"))
    assert SHELF.find(same.fingerprint) is None


async def test_a_desk_without_batches_records_none() -> None:
    """It says so, as of a store that cannot be reached."""
    house = House(catalogue=CATALOGUE, notices=SHELF, lexicon=load_lexicon(ROOT, CATALOGUE))
    desk = ConsentDesk(house, MemoryLedger(), MovableClock(), CountedEntropy())
    with pytest.raises(StoreUnavailable, match="no batches"):
        await desk.record_batch([no()])


def test_every_yes_action_raises() -> None:
    """Nothing that raises permission slips by under another name."""
    raising = {a for a in Action if no(OFFERS, a).raises}
    assert {*YES, Action.RESTARTED} == raising
    assert Address(AddressKind.MSISDN, "+37120000001") == NUMBER
