"""Telling the desk that an answer never arrived: a yes to it would be none (law 1)."""

from __future__ import annotations

from datetime import datetime

from consent.notices import Form
from consent.ports import Address, Inbound, Proof, Remark
from sms.webhook import DOOR


def unseen(brand: str, to: Address, about: str, at: datetime) -> Inbound:
    """Return the remark that the answer to a customer's message was not seen."""
    return Inbound(
        brand=brand,
        door=DOOR,
        address=to,
        message_id=f"{about}:unseen",
        received_at=at,
        proof=Proof(kind="none", level=0),
        form=Form.SMS,
        remark=Remark.UNSEEN,
        about=about,
    )
