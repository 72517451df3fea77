"""What an answer that gives a copy of the data brings about: a link, or files to hand over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from consent.copy_links import CopyLink, CopyWays, link_of, opaque
from consent.decisions import CustomerId
from consent.ports import Entropy, Inbound, Outgoing
from consent.replies import Message, Reply

#: The files of a copy: one to read, one for other systems.
FORMS = ("html", "json")
#: Answers of `consent.dialogue.copies`.
_FILES, _LINK = "copy.files", "copy.link"
#: What an outgoing file is called; `form` says which.
_FILE = "copy.file"
_FILES_LIVE = timedelta(days=1)


def ways_of(inbound: Inbound, secret: Callable[[], str], *, linkable: bool) -> CopyWays:
    """Return how a copy can reach the sender of this message.

    :param linkable: there is a public address, and the provider lets answers through.
    """
    heard = linkable and not inbound.unanswerable and not inbound.silent
    return CopyWays(files=inbound.files, links=heard, secret=secret)


def with_link(
    reply: Reply, customer: CustomerId, now: datetime
) -> tuple[Reply, tuple[CopyLink, ...]]:
    """Return the answer with its link made whole, and what the store is to keep of the link."""
    links: list[CopyLink] = []
    messages: list[Message] = []
    for message in reply.messages:
        said = message
        if message.id == _LINK:
            secret = str(message.params["own_link"])
            links.append(link_of(secret, reply.language, now))
            said = replace(message, params={"own_link": opaque(customer, secret)})
        messages.append(said)
    return replace(reply, messages=tuple(messages)) if links else reply, tuple(links)


def handed_over(
    inbound: Inbound, reply: Reply, now: datetime, entropy: Entropy
) -> tuple[Outgoing, ...]:
    """Return the files that the answer announces, each by itself: none is sent twice for another.

    They hold what is on file when they leave.
    """
    if _FILES not in reply.ids:
        return ()
    return tuple(
        Outgoing(
            id=entropy.decision_id(now),
            brand=inbound.brand,
            kind=inbound.door,
            to=inbound.address,
            reply=Reply(language=reply.language, messages=(Message(_FILE, {"form": form}),)),
            not_after=now + _FILES_LIVE,
        )
        for form in FORMS
    )


def announces_files(reply: Reply) -> bool:
    """Say whether files follow this answer, the first time it is given."""
    return reply.repeated is None and _FILES in reply.ids


def form_of(outgoing: Outgoing) -> str | None:
    """Return which file of a copy something outgoing stands for; none: it is words."""
    first = outgoing.reply.messages[:1]
    return str(first[0].params["form"]) if first and first[0].id == _FILE else None
