"""The package as others see it."""

from __future__ import annotations

import subprocess
import sys

from artia_lab import corpora


def test_what_others_may_use() -> None:
    assert set(corpora.__all__) == {
        "Corpus", "CorpusReader", "Finding", "Item", "LeftOut", "Report", "add", "check", "describe", "every", "find",
    }  # fmt: skip


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, artia_lab.corpora; print([m for m in ('numpy', 'PIL', 'soundfile', 'tomlkit') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
