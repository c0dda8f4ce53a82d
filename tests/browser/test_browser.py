"""Which browser the tests take, and that they fail without one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.browser.conftest import NO_BROWSER, chromium_path


def test_browser_debians_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    chromium = tmp_path / "chromium"
    chromium.touch()
    monkeypatch.setattr(shutil, "which", lambda _: str(chromium))
    assert chromium_path("/of/playwright") == str(chromium)


def test_browser_of_playwright_is_taken_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    chromium = tmp_path / "chrome"
    chromium.touch()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert chromium_path(str(chromium)) == str(chromium)


def test_browser_that_is_missing_fails_the_test(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(RuntimeError) as told:
        chromium_path("/nowhere/chrome")
    assert str(told.value) == NO_BROWSER
