"""The demo store is never the real one, whatever the settings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.demo_store import open_demo_store
from app.settings import load_settings
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue


@pytest.mark.parametrize("url", ["sqlite:///var/demo.db", "sqlite:///./var/../var/demo.db"])
def test_the_real_store_is_not_played_with(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real store that is the demo store, by any path and with any key, is refused."""
    monkeypatch.chdir(tmp_path)
    named = {"CONSENT_DATABASE_URL": url, "CONSENT_ROOT_KEY_FILE": "var/demo.key"}
    settings = load_settings(load_catalogue(ROOT), named, tmp_path / "no.env")
    with pytest.raises(SettingBroken, match="demo store"):
        open_demo_store(settings)
    assert [] == [*tmp_path.iterdir()]


def test_another_database_is_another_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real store of another kind does not keep anybody from playing."""
    monkeypatch.chdir(tmp_path)
    named = {"CONSENT_DATABASE_URL": "postgresql://nowhere/consent"}
    settings = load_settings(load_catalogue(ROOT), named, tmp_path / "no.env")
    store = open_demo_store(settings)
    store.database.close_now()
    assert str(tmp_path / "var" / "demo.db") == store.database.name
