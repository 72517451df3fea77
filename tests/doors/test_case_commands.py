"""`consent case …`: what staff see and do, and what the customer then reads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.case_commands import (
    AnswerUnreadable,
    answer_case,
    close_case,
    extend_case,
    list_cases,
    show_case,
)
from app.case_text import Measure, cleaned
from app.cli import app
from app.settings import load_settings
from app.store import Store, open_store
from consent.case_ports import ANSWER, Reach
from consent.case_refusals import CaseRefused
from consent.desk import ConsentDesk
from consent.errors import SettingBroken
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound
from consent.replies import Message, Option
from locales import ROOT
from locales.wording import Texts, Wording, load_texts
from sms.encoding import cost
from storage.ids import SystemEntropy
from tests.builders import CATALOGUE, MovableClock
from tests.dialogue.talks import HOUSE
from tests.sms.sms_stage import ANNA, SmsStage, open_stage
from tests.store.stores import NEW, OLD, in_chat, share
from tests.store.test_ledger import NUMBER, message
from tests.telegram.door_stage import DoorStage, open_door
from tests.telegram.fake_api import Fault

STAFF = "A. Kalna"
DAY = timedelta(days=1)
WORDS = "Mans uzvārds ir Kalniņa"


@dataclass(frozen=True, slots=True)
class Home:
    """A store on disk that the commands find by the environment."""

    folder: Path
    clock: MovableClock

    def open(self) -> Store:
        """Open what the commands will open."""
        return open_store(load_settings(CATALOGUE))

    def says(self, *messages: Inbound) -> str:
        """Let customers say these now; return the last case that was named to them."""

        async def run() -> str:
            store, named = self.open(), ""
            desk = ConsentDesk(HOUSE, store.ledger, self.clock, SystemEntropy())
            for said in messages:
                reply = await desk.handle(replace(said, received_at=self.clock.now()))
                names = [str(m.params["case"]) for m in reply.messages if "case" in m.params]
                named = (names or [named])[-1]
            await store.database.close()
            return named

        return asyncio.run(run())

    def carries(self, door: str = "sms") -> list[str]:
        """Let everything leave; return what staff have said in it."""

        async def run() -> list[str]:
            store, said = self.open(), list[str]()
            at = self.clock.now() + DAY
            for item in await store.outbox.claim(door, "lmt", at):
                if await store.outbox.depart(item, at):
                    said += [str(m.params.get("answer", "")) for m in item.reply.messages]
                    await store.outbox.settle(item, at)
            await store.database.close()
            return said

        return asyncio.run(run())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return an empty store, opened today."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/c.db")
    return Home(tmp_path, MovableClock(datetime.now(UTC)))


@pytest.fixture(scope="module")
def texts() -> Texts:
    """Return the shipped words."""
    return load_texts(ROOT)


def _asks(message_id: str = "m1", page: str = "correction") -> Inbound:
    return message(message_id, Option(name=page))


def _list(*, overdue: bool = False, after: str | None = None, most: int = 100) -> list[str]:
    return list_cases(brand="lmt", overdue=overdue, after=after, most=most, in_json=False)


def _answer(case: str, text: str | None = "Izlabots.", file: str | None = None) -> str:
    return answer_case(case, brand="lmt", who=STAFF, text=text, file=file)


def _show(case: str) -> str:
    return "\n".join(show_case(case, brand="lmt", who=STAFF, reason="to answer"))


def test_a_case_is_listed_without_a_word_of_the_customer(home: Home) -> None:
    """Reference, day, kind, door and language on one line; no words, no number."""
    assert ["No case is open."] == _list()
    case = home.says(_asks(page="other_proof"), message("m2", None, text=WORDS))
    (line,) = _list()
    assert line.startswith(f"{case}  ")
    assert line.endswith("other_proof of credit  sms  lv")
    assert "(in " in line
    assert "Kalniņa" not in line
    assert NUMBER.value not in line
    assert ["No case is overdue."] == _list(overdue=True)


def test_what_is_overdue_says_so(home: Home) -> None:
    """Six weeks later it is overdue, and since when."""
    home.clock.move(-45 * DAY)
    case = home.says(_asks())
    (line,) = _list(overdue=True)
    assert line.startswith(case)
    assert "OVERDUE since 1" in line


def test_a_long_list_comes_in_pages(home: Home) -> None:
    """The last line says how to go on; together the pages are the list."""
    for number in range(3):
        home.says(replace(_asks(f"m{number}"), address=_number(number)))
        home.clock.move(DAY)
    first = _list(most=2)
    assert 3 == len(first)
    after = first[-1].split()[-1]
    assert f"There are more: add --after {after}" == first[-1]
    assert _list() == [*first[:2], *_list(after=after.lower())]


def _number(digit: int) -> Address:
    return Address(AddressKind.MSISDN, f"+3712000010{digit}")


def test_a_machine_reads_the_list_as_json(home: Home) -> None:
    """One object a case, with moments in RFC 3339."""
    case = home.says(_asks())
    (line,) = list_cases(brand="lmt", overdue=False, after=None, most=9, in_json=True)
    found = json.loads(line)
    assert (case, "correction", "open", False, "sms", "lv") == tuple(
        found[key] for key in ("case", "kind", "state", "overdue", "door", "language")
    )
    assert found["opened_at"] < found["due_at"]
    assert found["due_at"].endswith("59:59.999999Z")


def test_a_case_is_shown_with_words_and_numbers(home: Home) -> None:
    """What was said, whom to call, where an answer goes; written so that no terminal obeys."""
    case = home.says(_asks(), message("m2", None, text=f"{WORDS}\x1b[2J\nun Rīgā"))
    shown = _show(case.lower())
    assert f"words: [correction] ⏎ {WORDS}�[2J ⏎ un Rīgā" in shown
    assert f"customer: {NUMBER.value}" in shown
    assert "an answer goes by: sms, in lv" in shown
    assert "\x1b" not in shown


def test_an_answer_is_kept_and_shown(home: Home) -> None:
    """On its way, then sent: the case says what, by whom and how it ended."""
    case = home.says(_asks())
    assert f"The answer to {case} leaves as an SMS; the case is closed when it has left." == (
        _answer(case)
    )
    assert "being answered" in _list()[0]
    assert "on its way" in _show(case)
    assert ["Izlabots."] == home.carries()
    shown = _show(case)
    assert "state: answered" in shown
    assert f"by {STAFF} (cli:" in shown
    assert ": sent" in shown
    assert ["No case is open."] == _list()


def test_the_same_answer_again_is_not_sent_twice(home: Home) -> None:
    """The command run twice says so; the customer reads it once."""
    case = home.says(_asks())
    _answer(case)
    assert "is not sent twice" in _answer(case, "  Izlabots.\r\n")
    assert ["Izlabots."] == home.carries()
    assert "is not sent twice" in _answer(case)
    assert [] == home.carries()


def test_an_answer_can_come_from_a_file(home: Home) -> None:
    """A file in UTF-8, with or without a mark at its beginning."""
    case = home.says(_asks())
    file = home.folder / "answer.txt"
    file.write_text("\ufeffIzlabots.\n", encoding="utf-8")
    _answer(case, None, str(file))
    assert ["Izlabots."] == home.carries()


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        pytest.param("none.txt", None, "cannot be read", id="missing"),
        pytest.param("odd.txt", b"\xff\xfe", "UTF-8", id="no-utf-8"),
        pytest.param("blank.txt", b" \n\x00\n", "no words", id="nothing-in-it"),
    ],
)
def test_a_file_that_is_none_is_refused(
    home: Home, name: str, content: bytes | None, hint: str
) -> None:
    """What cannot be read or says nothing is not sent."""
    case = home.says(_asks())
    if content is not None:
        (home.folder / name).write_bytes(content)
    with pytest.raises((AnswerUnreadable, CaseRefused), match=hint):
        _answer(case, None, str(home.folder / name))
    assert [] == home.carries()


def test_more_time_is_told_to_the_customer(home: Home) -> None:
    """Once; the day in the list moves when the notice has left."""
    case = home.says(_asks())
    (before,) = _list()
    reason = {"brand": "lmt", "who": STAFF, "reason": "Meklējam arhīvā."}
    assert "two months more as soon as the customer is told, by an SMS" in (
        extend_case(case, **reason)
    )
    assert "just being told" in extend_case(case, **reason)
    home.carries()
    (after,) = _list()
    assert before.split()[1] < after.split()[1]
    with pytest.raises(CaseRefused, match="once"):
        extend_case(case, **reason)


def test_a_case_is_closed_with_a_reason(home: Home) -> None:
    """The case says who closed it and why; a second time changes nothing."""
    case = home.says(_asks())
    words = {"brand": "lmt", "who": STAFF, "reason": "answered on the phone"}
    assert [f"{case} is closed.", f"{case} was closed before."] == [
        close_case(case, **words) for _ in range(2)
    ]
    shown = _show(case)
    assert "state: closed" in shown
    assert "closed because: answered on the phone" in shown


def test_who_cannot_be_reached_is_said_plainly(home: Home) -> None:
    """The chat belongs to somebody else since: nothing is sent, the case stays open."""
    case = home.says(share("s", account=OLD), in_chat("h", Option(name="correction")))
    home.says(share("n", account=NEW))
    with pytest.raises(CaseRefused, match="no longer theirs"):
        _answer(case)
    shown = _show(case)
    assert "no answer can be sent: the number or chat" in shown
    assert f"customer: {NUMBER.value}" in shown
    assert case in _list()[0]


ASK = ("--brand", "lmt", "--by", STAFF)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("list", "--brand", "bite"), "lmt, amigo"),
        (("list", "--brand", "lmt", "--after", "NOSU-CHCA"), "go on after"),
        (("show", "NOSU-CHCA", "--brand", "lmt", "--viewer", "x", "--reason", "y"), "no case"),
        (("show", "NOSU-CHCA", "--brand", "lmt", "--viewer", "x", "--reason", " "), "--reason"),
        (("show", "NOSU-CHCA", "--brand", "lmt", "--viewer", " ", "--reason", "y"), "--viewer"),
        (("answer", "NOSU-CHCA", *ASK, "--text", "Hello"), "no case"),
        (("answer", "NOSU-CHCA", *ASK), "--text or --file"),
        (("answer", "NOSU-CHCA", *ASK, "--text", "a", "--file", "b"), "--text or --file"),
        (("extend", "NOSU-CHCA", *ASK, "--reason", "Archive"), "no case"),
        (("close", "NOSU-CHCA", *ASK, "--reason", ""), "--reason"),
        (("close", "NOSU-CHCA", "--brand", "lmt", "--by", "", "--reason", "x"), "--by"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
@pytest.mark.usefixtures("home")
def test_errors_say_what_to_do(words: tuple[str, ...], hint: str) -> None:
    """Each is one error of ours with one line, which `main` prints without a traceback."""
    done = CliRunner().invoke(app, ["case", *words])
    assert isinstance(done.exception, CaseRefused | SettingBroken)
    assert hint in str(done.exception)
    assert "\n" not in str(done.exception)


def test_the_commands_print_what_they_did(home: Home) -> None:
    """List, show, answer, extend and close, as they are typed."""
    case = home.says(_asks())
    shown = ("--brand", "lmt", "--viewer", STAFF, "--reason", "to answer")
    for words, hint in (
        (("list", "--brand", "lmt"), case),
        (("list", "--brand", "lmt", "--json"), '"overdue": false'),
        (("show", case, *shown), "words: [correction]"),
        (("extend", case, *ASK, "--reason", "Arhīvs."), "two months more"),
        (("answer", case, *ASK, "--text", "Izlabots."), "leaves as an SMS"),
    ):
        done = CliRunner().invoke(app, ["case", *words])
        assert (0, True) == (done.exit_code, hint in done.output), done.output
    home.carries()
    done = CliRunner().invoke(app, ["case", "close", case, *ASK, "--reason", "x"])
    assert f"{case} was closed before.\n" == done.output


BY_SMS = Reach(door="sms", to=NUMBER, language="en")
BY_CHAT = Reach(door="telegram", to=OLD, language="lv")


@pytest.mark.parametrize(
    ("text", "door", "expected"),
    [
        ("  “Done” – it’s\u00a0ok…\t", "sms", '"Done" - it\'s ok...'),
        ("“Done” –", "telegram", "“Done” –"),
        ("a\x00b\x1b[2J\u202e\u200bc", "telegram", "ab[2Jc"),
        ("one \r\n two\x85three\n\n", "telegram", "one\ntwo\nthree"),
        ("u\u0304", "sms", "ū"),
        ("{phone} {case}", "sms", "{phone} {case}"),
    ],
    ids=["typographic", "chat-keeps", "unseen", "lines", "composed", "braces"],
)
def test_what_staff_write_is_cleaned(text: str, door: str, expected: str) -> None:
    """Nothing nobody can see; in SMS nothing that would make it dear."""
    assert expected == cleaned(text, door)


@pytest.mark.parametrize(
    ("reach", "room"),
    [
        pytest.param(BY_SMS, 459, id="english"),
        pytest.param(replace(BY_SMS, language="lv"), 459, id="latvian-plain"),
        pytest.param(replace(BY_SMS, language="lv", diacritics=True), 201, id="latvian-full"),
        pytest.param(replace(BY_SMS, language="ru"), 201, id="russian"),
        pytest.param(BY_CHAT, 3500, id="chat"),
    ],
)
def test_an_answer_is_as_long_as_three_parts(texts: Texts, reach: Reach, room: int) -> None:
    """Measured with its frame, as it leaves; one character more is refused, and says so."""
    measure = Measure(texts=texts, brand="lmt")
    voice = Message(ANSWER, {"case": "K7M2-94QX", "answer": ""})
    letter = "ж" if reach.language == "ru" else "š"
    frame = len(_said(texts, reach, voice))
    message_ = Message(ANSWER, {"case": "K7M2-94QX", "answer": letter * (room - frame)})
    assert measure.size(message_, reach)
    longer = replace(message_, params={"case": "K7M2-94QX", "answer": letter * (room - frame + 1)})
    with pytest.raises(CaseRefused, match="too long"):
        measure.size(longer, reach)


def _said(texts: Texts, reach: Reach, said: Message) -> str:
    form = Form.CHAT if reach.door == "telegram" else Form.SMS
    return Wording(texts, brand="lmt", language=reach.language, form=form, link_base="").message(
        said
    )


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmsStage]:
    """Return a served assistant behind a Twilio, whose store the commands find."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/sms.db")
    monkeypatch.setenv("CONSENT_ROOT_KEY_FILE", f"{tmp_path}/root.key")
    async with open_stage(tmp_path) as found:
        yield found


def _open_case() -> str:
    return _list()[0].split()[0]


async def test_an_sms_is_answered_from_end_to_end(stage: SmsStage) -> None:
    """Asked, told the day, more said, answered in the frame of the language, in one part, once."""
    *_, told = await stage.says("EN", "CORRECTION")
    case = await asyncio.to_thread(_open_case)
    assert told.startswith(f"LMT: correcting your data is noted as {case}, answer by 22 Dec 2026")
    (noted,) = await stage.says("My name is Anna Kalna, not Kalnina")
    assert noted == f"LMT: added to your request {case}. We will answer by 22 Dec 2026"
    assert "Kalna" in await asyncio.to_thread(_show, case)
    await asyncio.to_thread(_answer, case, "Your name is now Anna Kalna.")
    expected = f"LMT, answer to your request {case}: Your name is now Anna Kalna."
    assert [expected] == await stage.carries(phone=ANNA)
    assert 1 == cost(expected).parts
    assert "is not sent twice" in await asyncio.to_thread(
        _answer, case, "Your name is now Anna Kalna."
    )
    assert [] == await stage.carries(phone=ANNA)
    (told,) = await stage.says("CORRECTION")
    assert case not in told


async def test_who_has_blocked_sms_is_not_answered(stage: SmsStage) -> None:
    """Staff learn it before anything is sent, and the case stays open."""
    await stage.says("AGENT")
    case = await asyncio.to_thread(_open_case)
    number = Address(AddressKind.MSISDN, ANNA)
    await stage.store.outbox.note_block("lmt", number, "sms", stage.clock.now())
    with pytest.raises(CaseRefused, match="blocked messages"):
        await asyncio.to_thread(_answer, case)
    assert case == await asyncio.to_thread(_open_case)


@pytest.fixture
async def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DoorStage]:
    """Return a served bot whose store the commands find; Anna has shared her number."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/journey.db")
    monkeypatch.setenv("CONSENT_ROOT_KEY_FILE", f"{tmp_path}/root.key")
    async with open_door(tmp_path) as found:
        await found.shares()
        yield found


async def _carry(door: DoorStage) -> None:
    await door.house.bots._bots["lmt"].courier.carry()


async def test_a_chat_is_answered_from_end_to_end(door: DoorStage) -> None:
    """Asked by a button, seen on the page of data, answered once, and then gone from it."""
    await door.says("/mydata")
    told = await door.presses("correction")
    case = await asyncio.to_thread(_open_case)
    assert case in told
    page = await door.says("/mydata")
    assert f"– Correction of your data, {case}: we will answer by 22 Dec 2026" in page
    await asyncio.to_thread(_answer, case, "<b>Done</b> & checked")
    for _ in range(2):
        await _carry(door)
    answers = [text for text in door.texts() if text.startswith("Answer to your request")]
    assert [f"Answer to your request {case}:\n<b>Done</b> & checked"] == answers
    assert "Your requests" not in await door.says("/status")
    assert ["No case is open."] == await asyncio.to_thread(_list)


async def test_who_has_blocked_the_bot_leaves_the_case_open(door: DoorStage) -> None:
    """Found out when it is sent: the case is open again, and staff see why."""
    await door.says("/human")
    case = await asyncio.to_thread(_open_case)
    await asyncio.to_thread(_answer, case)
    door.bot.fail_next("sendMessage", Fault.forbidden())
    await _carry(door)
    shown = await asyncio.to_thread(_show, case)
    assert "state: open" in shown
    assert "not sent: the customer cannot be reached there any more" in shown
    with pytest.raises(CaseRefused, match="blocked the bot"):
        await asyncio.to_thread(_answer, case)


async def test_while_telegram_is_away_the_answer_waits(door: DoorStage) -> None:
    """Not taken just now: it leaves later, once."""
    await door.says("/human")
    case = await asyncio.to_thread(_open_case)
    await asyncio.to_thread(_answer, case)
    door.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    await _carry(door)
    assert not any("Izlabots." in text for text in door.texts())
    door.times.clock.wait(0.05)
    for _ in range(2):
        await _carry(door)
    assert 1 == sum("Izlabots." in text for text in door.texts())
