"""Settings from the environment or a `.env` file. Secrets appear in no output and no log."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values

from app.list_check_settings import NAME as LIST_LIMIT
from app.list_check_settings import USUAL as LIST_USUAL
from app.list_check_settings import read_limit
from app.proof_schedule import ProofSchedule, read_schedule
from consent.addresses import e164
from consent.catalogue import Catalogue
from consent.errors import AddressBroken, SettingBroken

_HOME = "var"
_HIGHEST_PORT = 65_535
#: Names by which a machine calls itself.
OWN_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class OptOut(StrEnum):
    """How the provider itself treats STOP words to a sender (messaging.md, 1.2)."""

    DEFAULT = "default"
    ADVANCED = "advanced"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """One brand's Twilio account."""

    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    #: A secret that signs webhooks alone, in place of the token.
    shared_key: str = field(default="", repr=False)
    #: A number, or a name of at most 11 letters, which nobody can answer.
    sender: str = ""
    opt_out: OptOut = OptOut.DEFAULT

    @property
    def present(self) -> bool:
        """Whether messages of this brand can be authenticated."""
        return bool(self.auth_token or self.shared_key)

    @property
    def sends(self) -> bool:
        """Whether messages can be sent that answer no request."""
        return bool(self.account_sid and self.auth_token and self.sender)

    @property
    def hears(self) -> bool:
        """Whether customers can write to the sender."""
        return not self.sender or self.sender.startswith("+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """One brand's own SMS gateway, which sends in Twilio's place."""

    url: str = ""
    token: str = field(default="", repr=False)

    @property
    def present(self) -> bool:
        """Whether there is one."""
        return bool(self.url and self.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """One brand's bot."""

    token: str = field(default="", repr=False)
    #: What Telegram says with each update it delivers to the public address.
    secret: str = field(default="", repr=False)

    @property
    def present(self) -> bool:
        """Whether there is a bot."""
        return bool(self.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, checked."""

    database_url: str
    #: None: beside the database.
    root_key_file: Path | None
    public_url: str
    host: str
    port: int
    twilio: Mapping[str, TwilioSettings]
    gateways: Mapping[str, GatewaySettings]
    telegram: Mapping[str, TelegramSettings]
    #: Where customers whom another system sent may be sent back to, by brand: beginnings of
    #: addresses (CAMARA ConsentInfo, `callbackUrl`).
    callbacks: Mapping[str, tuple[str, ...]]
    #: Another server than Twilio's own.
    twilio_api_url: str
    #: Another Bot API server than Telegram's own.
    telegram_api_url: str
    #: Proofs by themselves, in a folder; none: only when asked for.
    proofs: ProofSchedule | None
    #: Bytes of a list that is checked, at most.
    list_limit: int
    #: Where each setting came from: `environment`, `.env` or `default`.
    sources: Mapping[str, str]

    @property
    def link_base(self) -> str:
        """The address of public pages, without a final slash."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def texting(self) -> frozenset[str]:
        """The brands that can send SMS of their own accord."""
        return frozenset(
            brand
            for brand, twilio in self.twilio.items()
            if twilio.sends or (self.gateways[brand].present and twilio.sender)
        )

    @property
    def is_trial(self) -> bool:
        """Whether nothing real is set: no bot, no sender, no address that others could open."""
        real = [*(t.present for t in self.telegram.values())]
        real += [bool(t.present or t.sender or t.account_sid) for t in self.twilio.values()]
        real += [bool(g.url) for g in self.gateways.values()]
        return not any(real) and not self.public_url and self.host in OWN_MACHINE


@dataclass(frozen=True, slots=True)
class _Source:
    environment: Mapping[str, str]
    file: Mapping[str, str | None]
    used: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, default: str = "") -> str:
        for where, values in (("environment", self.environment), (".env", self.file)):
            value = values.get(name)
            if value:
                self.used[name] = where
                return value.strip()
        self.used[name] = "default" if default else "missing"
        return default


def load_settings(
    catalogue: Catalogue,
    environment: Mapping[str, str] | None = None,
    env_file: Path | None = None,
) -> Settings:
    """Read all settings.

    :raises SettingBroken: one of them cannot be used.
    """
    try:
        file = dotenv_values(env_file or Path(".env"))
    except UnicodeDecodeError as fault:
        raise SettingBroken(f".env is not UTF-8: {fault}") from fault
    source = _Source(os.environ if environment is None else environment, file)
    key = source.read("CONSENT_ROOT_KEY_FILE")
    database_url = source.read("CONSENT_DATABASE_URL", f"sqlite:///{_HOME}/consent.db")
    public_url = _url("CONSENT_PUBLIC_URL", source.read("CONSENT_PUBLIC_URL"))
    api_url = source.read("CONSENT_TELEGRAM_API_URL")
    return Settings(
        database_url=database_url,
        root_key_file=Path(key) if key else None,
        public_url=public_url,
        host=source.read("CONSENT_HOST", "127.0.0.1"),
        port=_port(source.read("CONSENT_PORT", "8000")),
        twilio={brand: _twilio(source, brand.upper()) for brand in catalogue.brands},
        gateways={brand: _gateway(source, brand.upper()) for brand in catalogue.brands},
        telegram=_bots(source, [*catalogue.brands], public=bool(public_url)),
        callbacks={brand: _callbacks(source, brand.upper()) for brand in catalogue.brands},
        twilio_api_url=_url("CONSENT_TWILIO_API_URL", source.read("CONSENT_TWILIO_API_URL")),
        telegram_api_url=_url("CONSENT_TELEGRAM_API_URL", api_url),
        proofs=read_schedule(
            source.read("CONSENT_PROOF_DIR"), source.read("CONSENT_PROOF_EVERY_HOURS", "24")
        ),
        list_limit=read_limit(source.read(LIST_LIMIT, LIST_USUAL)),
        sources=source.used,
    )


def _callbacks(source: _Source, brand: str) -> tuple[str, ...]:
    name = f"CONSENT_{brand}_CALLBACKS"
    found = tuple(source.read(name).split())
    if not all("://" in url for url in found):
        raise SettingBroken(f"{name} must be addresses like https://shop.example/back, spaced")
    return found


def _url(name: str, value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise SettingBroken(f"{name} must begin with https:// (http:// for trials)")
    return value.rstrip("/")


def _bots(source: _Source, brands: list[str], *, public: bool) -> dict[str, TelegramSettings]:
    bots = {brand: _bot(source, f"CONSENT_{brand.upper()}_TELEGRAM", public) for brand in brands}
    # What stands before the colon is the bot; the rest may have been renewed.
    tokens = [bot.token.partition(":")[0] for bot in bots.values() if bot.present]
    if len(set(tokens)) < len(tokens):
        raise SettingBroken("two brands have the same Telegram token: each needs a bot of its own")
    return bots


def _bot(source: _Source, prefix: str, public: bool) -> TelegramSettings:  # noqa: FBT001
    token, secret = source.read(f"{prefix}_TOKEN"), source.read(f"{prefix}_SECRET")
    if token and not _TOKEN.fullmatch(token):
        raise SettingBroken(f"{prefix}_TOKEN is no bot token (123456:ABC…, from @BotFather)")
    if secret and not _SECRET.fullmatch(secret):
        raise SettingBroken(f"{prefix}_SECRET must have 16 to 256 letters, digits, _ or -")
    if token and public and not secret:
        raise SettingBroken(
            f"{prefix}_SECRET must be set where there is a public address: "
            "without it anybody could write in a customer's name"
        )
    return TelegramSettings(token=token, secret=secret)


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) <= _HIGHEST_PORT:
        raise SettingBroken("CONSENT_PORT must be a number from 1 to 65535")
    return int(value)


def _twilio(source: _Source, brand: str) -> TwilioSettings:
    prefix = f"CONSENT_{brand}_TWILIO"
    mode = source.read(f"{prefix}_OPT_OUT", OptOut.DEFAULT.value).lower()
    if mode not in set(OptOut):
        raise SettingBroken(f"{prefix}_OPT_OUT must be default, advanced or off")
    return TwilioSettings(
        account_sid=source.read(f"{prefix}_ACCOUNT_SID"),
        auth_token=source.read(f"{prefix}_AUTH_TOKEN"),
        shared_key=source.read(f"{prefix}_SHARED_KEY"),
        sender=_sender(source.read(f"{prefix}_SENDER"), f"{prefix}_SENDER"),
        opt_out=OptOut(mode),
    )


def _gateway(source: _Source, brand: str) -> GatewaySettings:
    prefix = f"CONSENT_{brand}_SMS_GATEWAY"
    url = _url(f"{prefix}_URL", source.read(f"{prefix}_URL"))
    token = source.read(f"{prefix}_TOKEN")
    if url and not token:
        raise SettingBroken(f"{prefix}_TOKEN must be set where there is {prefix}_URL")
    return GatewaySettings(url=url, token=token)


def _sender(value: str, name: str) -> str:
    """Return the sender in the form in which the provider names it."""
    number = value.replace(" ", "")
    if _NAME.fullmatch(value):
        return value
    try:
        return e164(number) if number else ""
    except AddressBroken as fault:
        raise SettingBroken(
            f"{name} must be a number like +37120000000, or a name of at most 11 letters A-Z, "
            "digits and spaces (one-way: nobody can answer it)"
        ) from fault
