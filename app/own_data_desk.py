"""Where the files of a copy come from when they leave: read then, written then, kept nowhere."""

from __future__ import annotations

from app.composition import Assistant
from app.own_data_files import copy_file
from bot.courier import Files
from bot.messenger import Document
from consent.ports import Outgoing
from storage.own_data import SqlOwnData


def files_of(assistant: Assistant, copies: SqlOwnData) -> Files:
    """Return what makes a file of a copy for whoever it goes to; nothing for nobody."""

    async def make(outgoing: Outgoing, form: str) -> Document | None:
        data = await copies.of_address(outgoing.brand, outgoing.to, assistant.clock.now())
        if data is None:
            return None
        file = copy_file(assistant, data, form, outgoing.reply.language)
        return Document(
            name=file.name, media_type=file.media_type, caption=file.caption, content=file.content
        )

    return make
