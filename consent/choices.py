"""A chosen option as an intent: buttons and words meet in the same place."""

from __future__ import annotations

from consent.catalogue import Catalogue
from consent.intents import Intent, IntentName, Page, Scope
from consent.replies import Option

_NAMES = {
    "agree": IntentName.YES,
    "agree.automated": IntentName.YES,
    "refuse": IntentName.NO,
    "withdraw": IntentName.WITHDRAW,
    "withdraw_all": IntentName.WITHDRAW_ALL,
    "grant": IntentName.GRANT,
    "channel_on": IntentName.GRANT,
    "channel_off": IntentName.WITHDRAW,
    "topic_on": IntentName.GRANT,
    "topic_off": IntentName.WITHDRAW,
    "explain": IntentName.EXPLAIN,
    "privacy": IntentName.EXPLAIN,
    "menu": IntentName.HELP,
    "help": IntentName.HELP,
    "link": IntentName.HELP,
    "status": IntentName.STATUS,
    "switches": IntentName.STATUS,
    "my_data": IntentName.EXPLAIN,
    "human": IntentName.HUMAN,
    "review": IntentName.HUMAN,
    "copy": IntentName.HUMAN,
    "correction": IntentName.HUMAN,
    "other_proof": IntentName.HUMAN,
    "restore": IntentName.HUMAN,
    "language": IntentName.LANGUAGE,
    "pause": IntentName.PAUSE,
    "contact": IntentName.HELP,
}


def is_offered(option: Option, catalogue: Catalogue) -> bool:
    """Say whether an option could be one of ours: what comes from outside may be forged."""
    known = (
        (option.purpose, {p.id for p in catalogue.purposes}),
        (option.channel, {c.id for c in catalogue.channels}),
        (option.topic, {t.id for t in catalogue.topics}),
        (option.scope, {s.value for s in Scope}),
    )
    return option.name in _NAMES and all(value is None or value in ids for value, ids in known)


def intent_of(option: Option) -> Intent:
    """Return what choosing an option means; an unknown name means nothing."""
    return Intent(
        name=_NAMES.get(option.name, IntentName.UNCLEAR),
        purposes=(option.purpose,) if option.purpose else (),
        channels=(option.channel,) if option.channel else (),
        topics=(option.topic,) if option.topic else (),
        scope=Scope(option.scope) if option.scope else None,
        wanted_language=option.language,
        notice=option.notice,
        page=Page(option.name) if option.name in set(Page) else None,
    )
