"""`consent doctor`: every setting, where it comes from, and what is missing."""

from __future__ import annotations

from datetime import timedelta

from app.key_commands import examine_keys
from app.settings import Settings, load_settings
from app.store import open_vault
from consent.catalogue import Catalogue
from consent.errors import ConsentError
from consent.notices import Status
from locales import ROOT
from locales.lexicon import load_lexicon
from locales.wording import Texts, load_texts

_SECRET = ("TOKEN", "SECRET", "PASSWORD", "DATABASE_URL")


def examine() -> tuple[bool, list[str]]:
    """Return whether the assistant could be served, and what was found."""
    lines: list[str] = []
    sound = True
    for look in (_words, _settings, _store):
        try:
            lines += look()
        except ConsentError as fault:
            sound = False
            lines.append(f"✗ {fault}")
    return sound, lines


def _words() -> list[str]:
    texts = load_texts(ROOT)
    load_lexicon(ROOT, texts.catalogue).warm()
    lines = [f"✓ texts: {len(texts.notice_texts)} notices, no text changed without a version"]
    return lines + _drafts(texts) + _slots(texts.catalogue) + _topics(texts.catalogue)


def _drafts(texts: Texts) -> list[str]:
    drafts = [
        n
        for n in texts.notices
        if n.status is Status.DRAFT and n.fingerprint in texts.notice_texts
    ]
    said = f"! {len(drafts)} notices are drafts: the controller has yet to approve them"
    return [said] if drafts else []


def _slots(catalogue: Catalogue) -> list[str]:
    empty = [
        p.id
        for p in catalogue.purposes
        if not (p.legal.duration and p.legal.recipients and p.legal.third_parties)
    ]
    what = "duration, recipients, third parties"
    return [f"! not stated by the controller ({what}): {', '.join(empty)}"] if empty else []


def _topics(catalogue: Catalogue) -> list[str]:
    proposed = [t.id for t in catalogue.topics if t.proposed]
    said = f"! proposed topics, to be settled by the operator: {', '.join(proposed)}"
    return [said] if proposed else []


def _settings() -> list[str]:
    settings = load_settings(load_texts(ROOT).catalogue)
    lines = ["Settings (name, source, value):"]
    for name, source in sorted(settings.sources.items()):
        value = "(not shown)" if name.endswith(_SECRET) else _shown(settings, name)
        origin = "not set" if source == "missing" else source
        lines.append(f"  {name:34} {origin:12} {value}".rstrip())
    return lines + _missing(settings)


def _shown(settings: Settings, name: str) -> str:
    values = {
        "CONSENT_ROOT_KEY_FILE": str(settings.root_key_file or ""),
        "CONSENT_PUBLIC_URL": settings.public_url,
        "CONSENT_TELEGRAM_API_URL": settings.telegram_api_url,
        "CONSENT_HOST": settings.host,
        "CONSENT_PORT": str(settings.port),
    }
    values["CONSENT_TWILIO_API_URL"] = settings.twilio_api_url
    if settings.proofs:
        values["CONSENT_PROOF_DIR"] = str(settings.proofs.folder)
        values["CONSENT_PROOF_EVERY_HOURS"] = str(settings.proofs.every // timedelta(hours=1))
    for brand, gateway in settings.gateways.items():
        values[f"CONSENT_{brand.upper()}_SMS_GATEWAY_URL"] = gateway.url
    for brand, twilio in settings.twilio.items():
        prefix = f"CONSENT_{brand.upper()}_TWILIO"
        values[f"{prefix}_ACCOUNT_SID"] = twilio.account_sid
        values[f"{prefix}_SENDER"] = twilio.sender
        values[f"{prefix}_OPT_OUT"] = twilio.opt_out.value
    return values.get(name, "")


def _missing(settings: Settings) -> list[str]:
    lines = [
        f"! {brand}: no Telegram token, so there is no bot"
        for brand, bot in settings.telegram.items()
        if not bot.present
    ]
    for brand, twilio in settings.twilio.items():
        if not twilio.present:
            lines.append(f"! {brand}: no Twilio auth token, so every SMS is refused")
        elif not twilio.sender:
            lines.append(f"! {brand}: no sender, so messages to any number are taken")
        if twilio.present and brand not in settings.texting:
            lines.append(f"! {brand}: no account or sender: no codes by SMS, no catching up")
        if not twilio.hears:
            lines.append(f"! {brand}: {twilio.sender} is a name: customers cannot answer it")
    if settings.proofs is None:
        lines.append("! CONSENT_PROOF_DIR is not set: proofs are written by hand alone")
    if not settings.public_url:
        lines.append("! CONSENT_PUBLIC_URL is not set: links in SMS work on this machine only")
    return lines


def _store() -> list[str]:
    opened = open_vault(load_settings(load_texts(ROOT).catalogue))
    lines = [f"✓ store: {opened.database.name}, step {opened.step}"]
    return lines + examine_keys(opened)
