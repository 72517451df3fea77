"""`consent notice …`: texts and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from locales.notice_lock import LOCK, enter_versions, read_lock, write_lock
from locales.notice_source import compose
from locales.wording import load_texts


def check_notices() -> str:
    """Load everything that is said and say how much there is.

    :raises CatalogueBroken: the operator's data cannot be used.
    :raises WordsBroken: a text is missing, broken or changed without a version.
    """
    texts = load_texts(ROOT)
    load_lexicon(ROOT, texts.catalogue)
    count, languages = len(texts.notice_texts), len(texts.catalogue.languages)
    return f"{count} notices in {languages} languages, sound"


def update_notices(changed: Sequence[str], *, major: bool, root: Path | None) -> str:
    """Enter every text that changed as a new version.

    :param changed: what changed, as `en=The address is new.`, for every language that did.
    :raises SettingBroken: a sentence without a language that there is.
    :raises WordsBroken: a text is broken, or a major change leaves one as it was.
    """
    folder = root or ROOT
    catalogue = load_catalogue(folder)
    texts = compose(folder, catalogue)
    known = list(read_lock(folder)) if (folder / LOCK).exists() else []
    told = _by_language(changed, catalogue.languages)
    entered = enter_versions(texts, known, changed=told, major=major)
    write_lock(folder, entered)
    return f"{len(entered) - len(known)} new versions entered, {len(entered)} in all"


def _by_language(changed: Sequence[str], languages: Sequence[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for said in changed:
        language, _, sentence = said.partition("=")
        if language not in languages or language in told:
            known = ", ".join(f"{x}=…" for x in languages)
            raise SettingBroken(f"--changed says it once in each language: {known}")
        told[language] = sentence
    return told
