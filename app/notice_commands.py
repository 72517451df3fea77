"""`consent notice …`: texts and their versions."""

from __future__ import annotations

from pathlib import Path

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


def update_notices(changed: str, *, major: bool, root: Path | None) -> str:
    """Enter every text that changed as a new version.

    :raises WordsBroken: a text is broken, or a major change leaves one as it was.
    """
    folder = root or ROOT
    texts = compose(folder, load_catalogue(folder))
    known = list(read_lock(folder)) if (folder / LOCK).exists() else []
    entered = enter_versions(texts, known, changed=changed, major=major)
    write_lock(folder, entered)
    return f"{len(entered) - len(known)} new versions entered, {len(entered)} in all"
