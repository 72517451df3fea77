"""What can be read: the menu, a consent's page, the status, rights, help and a person."""

from __future__ import annotations

from dataclasses import replace

from consent.chain import stamp
from consent.decisions import Kind
from consent.dialogue import copies, loyalty, news, requests
from consent.dialogue.channels import offer_switches
from consent.dialogue.grants import show_notice
from consent.dialogue.overview import all_switches, changed_switches, states_of
from consent.dialogue.scene import Turn
from consent.dialogue.session import Awaiting
from consent.intents import Intent, Page
from consent.notices import Form
from consent.replies import Option
from consent.states import State, Switch

#: More explanations than this would cost the customer a handful of messages.
_MOST_BY_SMS = 2
#: What a customer may wish for in SMS, where each such letter makes a text longer.
_SPELLINGS = {"diacritics": True, "plain": False}
#: Questions that a yes or a no answers.
_YES_OR_NO = frozenset({Awaiting.GRANT, Awaiting.SCOPE, Awaiting.WITHDRAW})


def help_(turn: Turn, intent: Intent) -> None:
    """Show the list, how to let the number be known, or what can be typed."""
    chat = turn.scene.form is Form.CHAT
    if chat and intent.page is Page.LINK:
        turn.say("link.ask")
        turn.offer(Option(name="contact"))
    elif not turn.session.greeted or (chat and intent.page is Page.MENU):
        menu(turn)
    else:
        turn.say("help")
        if not chat:
            _offer_purposes(turn)
        news.on_overview(turn, asks_only=True)
        turn.offer(Option(name="human"), Option(name="menu"))


def menu(turn: Turn) -> None:
    """Show all consents at a glance; the first time, say who we are."""
    first = not turn.session.greeted
    turn.remember(greeted=True)
    chat = turn.scene.form is Form.CHAT
    if first or not chat:
        turn.say("welcome" if first else "help")
    if chat:
        turn.say("menu", overview=states_of(turn.scene))
    _offer_purposes(turn)
    if chat:
        _offer_pages(turn)
    languages = turn.scene.catalogue.languages
    if first:
        turn.offer(*(Option(name="language", language=x) for x in languages))
    elif chat:
        turn.offer(Option(name="language"))
    news.on_overview(turn, asks_only=True)


def _offer_purposes(turn: Turn) -> None:
    turn.offer(*(Option(name="explain", purpose=p.id) for p in turn.scene.catalogue.purposes))


def _offer_pages(turn: Turn) -> None:
    own = ("status", "switches", "my_data") if turn.scene.linked else ("link",)
    turn.offer(*(Option(name=name) for name in (*own, "privacy", "human")))


def status(turn: Turn, intent: Intent) -> None:
    """Say which consents stand, since when and from where, and which channels are on."""
    chat = turn.scene.form is Form.CHAT
    if chat and intent.page is Page.SWITCHES:
        switches(turn)
        return
    states = states_of(turn.scene)
    given = sum(1 for line in states if line["state"] == State.GIVEN.value)
    turn.say("status", states=states, given=given)
    if chat:
        requests.say_waiting(turn)
    lines = changed_switches(turn.scene)
    if turn.scene.lens.contacts(turn.scene.standing) or lines:
        on = any(row["state"] == Switch.ON.value for row in lines)
        turn.say("status.channels" if on else "status.no_channels", switches=lines)
        if chat:
            turn.offer(Option(name="switches"))
        else:
            offer_switches(turn)
    news.on_overview(turn)
    turn.offer(Option(name="menu"))


def switches(turn: Turn) -> None:
    """Show every channel and topic with its switch; they belong to offers, which come first."""
    if not turn.contacts:
        turn.say("switches.none")
        opening = turn.scene.catalogue.opening.id
        turn.offer(Option(name="explain", purpose=opening), Option(name="menu"))
        return
    turn.say("switches", all=all_switches(turn.scene, Kind.CHANNEL))
    turn.say("switches.topics", all=all_switches(turn.scene, Kind.TOPIC))
    offer_switches(turn, topics=True)
    turn.offer(Option(name="menu"))


def my_data(turn: Turn) -> None:
    """Say what is on file about the customer, and how often somebody looked (law 9)."""
    found = turn.scene.on_file()
    turn.say(
        "my_data",
        number_end=found.number_end,
        decisions=found.decisions,
        since=stamp(found.linked_at) if found.linked_at else None,
    )
    if found.last_look:
        turn.say("my_data.looks", looks=found.looks, since=stamp(found.last_look))
    else:
        turn.say("my_data.no_looks")
    requests.say_waiting(turn)
    turn.offer(Option(name="copy"), Option(name="correction"))
    turn.offer(Option(name="privacy"), Option(name="menu"))


def explain(turn: Turn, intent: Intent) -> None:
    """Explain one consent in full, several in short, or the customer's rights."""
    chat = turn.scene.form is Form.CHAT
    if intent.unknown_number is not None:
        unknown_number(turn, intent.unknown_number)
    elif chat and intent.page is Page.MY_DATA:
        my_data(turn)
    elif intent.page is Page.MY_DATA and turn.scene.copies.links:
        copies.give(turn)
    elif intent.page is Page.PRIVACY or not intent.purposes:
        turn.say("privacy")
        turn.offer(*(Option(name="explain", purpose=p) for p in intent.purposes[:1]))
        turn.offer(Option(name="human"), Option(name="menu"))
    elif len(intent.purposes) == 1 and chat:
        show_notice(turn, turn.scene.catalogue.purpose(intent.purposes[0]))
    else:
        _explain_several(turn, intent.purposes, chat=chat)


def _explain_several(turn: Turn, purposes: tuple[str, ...], *, chat: bool) -> None:
    pending = turn.session.pending
    if pending and pending.awaiting is Awaiting.GRANT and pending.purposes != purposes:
        # A yes would answer what was read last, which asks nothing.
        turn.wait_for(None)
    if len(purposes) > _MOST_BY_SMS and not chat:
        turn.say("explain.many", purposes=list(purposes))
        return
    for purpose_id in purposes:
        _explain_short(turn, purpose_id)
    turn.offer(Option(name="menu"))


def _explain_short(turn: Turn, purpose_id: str) -> None:
    news.on_page(turn, turn.scene.catalogue.purpose(purpose_id))
    full = turn.scene.full_notice(purpose_id, turn.language)
    turn.say("explain", purpose=purpose_id, link=full.code)
    turn.offer(Option(name="explain", purpose=purpose_id))


def unknown_number(turn: Turn, number: int) -> None:
    """A number that no consent has: list those there are; change nothing."""
    turn.say("unknown.number", given_number=number)
    _offer_purposes(turn)


def human(turn: Turn, intent: Intent) -> None:
    """Give a copy of the data, or open a case for a person at the operator."""
    if intent.page is Page.COPY:
        copies.give(turn)
    elif intent.page is Page.RESTORE:
        loyalty.ask_back(turn)
    else:
        requests.open_(turn, intent)
    turn.offer(Option(name="menu"))


def language(turn: Turn, intent: Intent) -> None:
    """Change the language or how it is written, or offer the languages there are."""
    wanted = intent.wanted_language
    if wanted in _SPELLINGS and turn.scene.form is not Form.CHAT:
        _spell(turn, with_diacritics=_SPELLINGS[wanted])
        return
    if wanted not in turn.scene.catalogue.languages:
        turn.say("language.choose")
        turn.offer(*(Option(name="language", language=x) for x in turn.scene.catalogue.languages))
        turn.offer(Option(name="menu"))
        return
    turn.language = wanted
    turn.remember(language=wanted, chosen=True)
    turn.say("language.set")
    menu(turn)


def _spell(turn: Turn, *, with_diacritics: bool) -> None:
    """Write SMS with or without diacritics from now on."""
    form = Form.SMS if with_diacritics else Form.SMS_PLAIN
    turn.scene = replace(turn.scene, form=form)
    turn.session = replace(turn.session, diacritics=with_diacritics)
    turn.say("language.spelling")


def unclear(turn: Turn) -> None:
    """Change nothing; ask one short question, or say who we are to a newcomer."""
    pending = turn.session.pending
    if requests.add(turn):
        return
    if not turn.session.greeted and pending is None:
        menu(turn)
        return
    waits = pending is not None and pending.awaiting in _YES_OR_NO
    turn.say("unclear.pending" if waits else "unclear")
    turn.offer(Option(name="human"), Option(name="menu"))
