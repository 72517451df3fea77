"""How Twilio proves that a webhook's call is its own; written from its documentation.

Nothing here is taken from Twilio's library, so that one can be tested against the other.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
Algorithm = Literal["HMAC_SHA1", "HMAC_SHA256"]
_DIGESTS: dict[Algorithm, str] = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A secret made for signing alone; with one, the account's token signs no more."""

    secret: str = field(repr=False)
    id: str = "webhooks_sharedkey_01h9krwprkeee8fzqspvwy6nq8"


def sign(url: str, fields: Iterable[tuple[str, str]], secret: str, algorithm: Algorithm) -> str:
    """Return the signature of a form under the address it is sent to.

    What is signed is the address, then every name with every different value, in order.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(secret.encode(), text.encode(), _DIGESTS[algorithm])).decode()


def signed_headers(
    url: str, fields: Iterable[tuple[str, str]], auth_token: str, key: SharedKey | None = None
) -> dict[str, str]:
    """Return the headers that prove a call, by the token or by a shared key."""
    if key is None:
        return {SIGNATURE: sign(url, fields, auth_token, "HMAC_SHA1")}
    return {
        SIGNATURE: sign(url, fields, key.secret, "HMAC_SHA256"),
        SETTINGS: f"key={key.id},algorithm=HMAC_SHA256",
    }
