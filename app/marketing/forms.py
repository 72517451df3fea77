"""That a form comes from a page of ours, and of the same session.

Forms carry an HMAC of the session's secret. Litestar's own protection compares a cookie with a
field for the whole application: it would stand before the webhooks of other doors as well, and
its token belongs to a browser, not to a session.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection


def token_of(secret: str) -> str:
    """Return what the forms of a session must carry."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_from_us(connection: ASGIConnection[Any, Any, Any, Any], public_url: str) -> bool:
    """Say whether a page of ours sent this, as the browser tells it."""
    headers = connection.headers
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    public = urlsplit(public_url)
    # What a browser shows over https is never told by a page over http.
    scheme = "https" if public.scheme == "https" else "http"
    ours = {f"{scheme}://{headers.get('host', '')}"}
    if public_url:
        ours.add(f"{public.scheme}://{public.netloc}")
    return origin in ours
