"""Settings from the environment or a `.env` file. Secrets appear in no output and no log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values

from consent.addresses import e164
from consent.catalogue import Catalogue
from consent.errors import AddressBroken, SettingBroken

_HOME = "var"
_HIGHEST_PORT = 65_535


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
    sender: str = ""
    opt_out: OptOut = OptOut.DEFAULT

    @property
    def present(self) -> bool:
        """Whether messages of this brand can be authenticated."""
        return bool(self.auth_token)


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
    #: Where each setting came from: `environment`, `.env` or `default`.
    sources: Mapping[str, str]

    @property
    def link_base(self) -> str:
        """The address of public pages, without a final slash."""
        return self.public_url or f"http://{self.host}:{self.port}"


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
    return Settings(
        database_url=database_url,
        root_key_file=Path(key) if key else None,
        public_url=_url(source.read("CONSENT_PUBLIC_URL")),
        host=source.read("CONSENT_HOST", "127.0.0.1"),
        port=_port(source.read("CONSENT_PORT", "8000")),
        twilio={brand: _twilio(source, brand.upper()) for brand in catalogue.brands},
        sources=source.used,
    )


def _url(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise SettingBroken("CONSENT_PUBLIC_URL must begin with https:// (http:// for trials)")
    return value.rstrip("/")


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
        sender=_sender(source.read(f"{prefix}_SENDER"), f"{prefix}_SENDER"),
        opt_out=OptOut(mode),
    )


def _sender(value: str, name: str) -> str:
    """Return the sender in the form in which the provider names it."""
    number = value.replace(" ", "")
    try:
        return e164(number) if number else ""
    except AddressBroken as fault:
        raise SettingBroken(f"{name} must be a number like +37120000000") from fault
