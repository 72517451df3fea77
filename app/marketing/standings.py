"""How everything stands with one customer: a line for each consent, channel and topic."""

from __future__ import annotations

from app.marketing.terms import Terms
from consent.decisions import Subject
from consent.standing import Standing
from consent.states import Lens


def standing_rows(lens: Lens, standing: Standing, terms: Terms) -> list[tuple[str, str, str, str]]:
    """Return how each consent, channel and topic stands: what, how, since when, through what."""
    rows = []
    for purpose in lens.catalogue.purposes:
        reading = lens.read(standing, purpose)
        state = terms.say(f"state.{reading.state.value}")
        if reading.until:
            state += f" ({terms.say('until', moment=terms.moment(reading.until))})"
        rows.append((terms.purpose(purpose.id), state, reading.mark))
    channels = [Subject.channel(channel.id) for channel in lens.catalogue.channels]
    topics = [Subject.topic(topic.id) for topic in lens.catalogue.topics]
    for about in (*channels, *topics):
        switch, mark = lens.switch(standing, about)
        rows.append((terms.subject(about), terms.switch(switch), mark))
    return [
        (what, how, terms.moment(mark.at) if mark else "–", terms.door(mark.door) if mark else "–")
        for what, how, mark in rows
    ]
