"""The package as others see it."""

from __future__ import annotations

import subprocess
import sys

from artia_lab import corpora


def test_what_others_may_use() -> None:
    classes = {"Corpus", "CorpusReader", "Finding", "Item", "LeftOut", "Report"}
    assert set(corpora.__all__) == classes | {"add", "check", "describe", "every", "find", "starter"}


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = ("numpy", "PIL", "soundfile", "tomlkit", "license_expression", "torch")
    code = f"import sys, artia_lab.corpora; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
