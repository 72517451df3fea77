"""What the page asks the server: JSON in, JSON out, every field checked before it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException, HTTPException, NotFoundException

from app.playground.pages import HEADERS
from app.playground.phones import Deed, Phones, fresh_number
from app.playground.records import brand_name, records_of
from app.settings import OWN_MACHINE
from bot.events import Event
from consent.errors import StoreUnavailable
from consent.notices import Form
from consent.replies import Message

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler, ExceptionHandlersMap

_T = TypeVar("_T", bound="_Who")

_LARGEST_BODY = 64 * 1024
_Number = Annotated[str, msgspec.Meta(pattern=r"^\+3712[0-9]{7}\Z")]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]


class _Who(msgspec.Struct, kw_only=True):
    brand: str
    number: _Number
    language: str
    #: The same deed tried again has the same.
    id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class _Button(msgspec.Struct):
    message: int
    data: Annotated[str, msgspec.Meta(max_length=64)]


class _Chat(_Who, kw_only=True):
    open: bool = False
    share: bool = False
    text: _Text | None = None
    press: _Button | None = None
    speak: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")] | None = None


class _Sms(_Who, kw_only=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1_600)]


def _refused(_request: object, fault: HTTPException) -> Response[dict[str, Any]]:
    return _json({"error": fault.detail}, fault.status_code)


_REFUSALS: ExceptionHandlersMap = {HTTPException: _refused}


def _own_host(connection: ASGIConnection[Any, Any, Any, Any], _handler: object) -> None:
    """Refuse a name that leads here from elsewhere: a page of another site must not read this."""
    try:
        host = urlsplit(f"//{connection.headers.get('host', '')}").hostname
    except ValueError:
        host = None
    if host not in OWN_MACHINE:
        raise NotFoundException


def talk_routes(phones: Phones) -> list[ControllerRouterHandler]:
    """Return the routes of the phones and of the store beside them."""

    @get("/playground/setup", include_in_schema=False, guards=[_own_host])
    async def setup() -> Response[dict[str, Any]]:
        return _json(_setup(phones))

    return [setup, _chat_route(phones), _sms_route(phones), _store_route(phones)]


def _chat_route(phones: Phones) -> ControllerRouterHandler:
    @post(
        "/playground/chat",
        include_in_schema=False,
        request_max_body_size=_LARGEST_BODY,
        guards=[_own_host],
        exception_handlers=_REFUSALS,
    )
    async def chat(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        asked = await _read(request, _Chat, phones)
        try:
            if asked.speak is not None:
                await phones.speak_by_sms(asked.brand, _deed(asked), asked.speak)
            operations = await phones.chat(asked.brand, _event(asked))
            texts = await phones.arrived(asked.brand, asked.number)
            return _json({"ops": operations, "texts": texts})
        except StoreUnavailable:
            return _sorry(phones, asked)

    return chat


def _sms_route(phones: Phones) -> ControllerRouterHandler:
    @post(
        "/playground/sms",
        include_in_schema=False,
        request_max_body_size=_LARGEST_BODY,
        guards=[_own_host],
        exception_handlers=_REFUSALS,
    )
    async def sms(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        asked = await _read(request, _Sms, phones)
        try:
            return _json({"texts": await phones.sms(asked.brand, _deed(asked), asked.text)})
        except StoreUnavailable:
            return _sorry(phones, asked)

    return sms


def _store_route(phones: Phones) -> ControllerRouterHandler:
    @get(
        "/playground/store",
        include_in_schema=False,
        guards=[_own_host],
        exception_handlers=_REFUSALS,
    )
    async def store(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        try:
            asked = _known(msgspec.convert(dict(request.query_params), _Who), phones)
        except msgspec.ValidationError as fault:
            raise ClientException("This is no request of the page.") from fault
        about = {"brand": asked.brand, "number": asked.number, "language": asked.language}
        try:
            return _json(await records_of(phones.assistant, phones.store.ledger, **about))
        except StoreUnavailable:
            return _sorry(phones, asked)

    return store


def _setup(phones: Phones) -> dict[str, Any]:
    assistant = phones.assistant
    first = str(next(iter(assistant.catalogue.brands)))
    voices = {x: assistant.wording(first, x, Form.CHAT) for x in assistant.catalogue.languages}
    return {
        "brands": [
            {"id": str(brand), "name": brand_name(assistant, str(brand))}
            for brand in assistant.catalogue.brands
        ],
        "languages": [
            {"id": x, "name": voice.message(Message(f"language.{x}"))}
            for x, voice in voices.items()
        ],
        "number": fresh_number(),
        "words": {x: dict(voice.page_words) for x, voice in voices.items()},
    }


async def _read(request: Request[Any, Any, Any], kind: type[_T], phones: Phones) -> _T:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        # Another site's form can send no JSON; nor may its script, without being asked about.
        raise ClientException("This is no request of the page.")
    try:
        asked = msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise ClientException("This is no request of the page.") from fault
    return _known(asked, phones)


def _known(asked: _T, phones: Phones) -> _T:
    catalogue = phones.assistant.catalogue
    spoken = {asked.language, getattr(asked, "speak", None)} - {None}
    if asked.brand not in catalogue.brands or not spoken <= set(catalogue.languages):
        raise ClientException("There is no such brand or language.")
    return asked


def _json(content: dict[str, Any], status: int = 200) -> Response[dict[str, Any]]:
    return Response(content, status_code=status, media_type=MediaType.JSON, headers=HEADERS)


def _sorry(phones: Phones, asked: _Who) -> Response[dict[str, Any]]:
    voice = phones.assistant.wording(asked.brand, asked.language, Form.CHAT)
    return _json({"error": voice.message(Message("error.store"))}, 503)


def _deed(asked: _Who) -> Deed:
    return Deed(asked.number, asked.language, asked.id or uuid4().hex)


def _event(asked: _Chat) -> Event:
    deed = _deed(asked)
    if asked.text is not None:
        return deed.said(asked.text)
    if asked.press is not None:
        return deed.pressed(asked.press.data, asked.press.message)
    if asked.speak is not None:
        return deed.spoken(asked.brand, asked.speak)
    return deed.shared() if asked.share else deed.said("/start")
