"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A machine that is busy with something else must not fail a test.
settings.register_profile("artia", deadline=None)
settings.load_profile("artia")


@pytest.fixture(autouse=True)
def artia_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own, and English unless it says otherwise."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ARTIA_HOME", str(folder))
    monkeypatch.setenv("ARTIA_LANG", "en")
    monkeypatch.delenv("ARTIA_RUNS", raising=False)
    return folder
