"""A server never passes off something old as what stands on the disk."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from artia_lab.warm import prepare
from artia_lab.warm.disk import Fingerprint

Run = Callable[..., str]

# Waits, while it is imported, until it is told to go on.
SLOW = """
import pathlib, time
here = pathlib.Path(__file__).parent
(here / "waits").touch()
while not (here / "go").exists():
    time.sleep(0.01)
"""


def test_what_changes_while_the_server_imports_is_seen(place: Any, run_module: Run, until: Any) -> None:
    (place.modules / "art.py").write_text("VERSION = 1\n")
    (place.modules / "slow.py").write_text(SLOW)
    (place.modules / "shows.py").write_text("import art, sys\nprint(art.VERSION, 'slow' in sys.modules)\n")
    place.configure(["art", "slow"])
    with ThreadPoolExecutor(1) as aside:
        ready = aside.submit(prepare, True)
        until((place.modules / "waits").exists)
        (place.modules / "art.py").write_text("VERSION = 22\n")
        (place.modules / "go").touch()
        ready.result()
    time.sleep(1.1)
    assert run_module("shows") == "22 False\n"
    assert prepare(wait=True)
    assert run_module("shows") == "22 True\n"


def test_modules_are_found_as_without_it(place: Any) -> None:
    asks = (
        "import sys; from artia_lab.warm.disk import Fingerprint\nbefore = list(sys.meta_path)\n"
        "with Fingerprint.of_imports() as found:\n"
        "    import json.tool, xml.dom, _ctypes\n"
        "    try: import there_is_none\n"
        "    except ModuleNotFoundError as error: assert error.name == 'there_is_none'\n"
        "assert sys.meta_path == before and not found.changed(0)\n"
        "assert {json.tool.__file__, xml.dom.__file__, _ctypes.__file__} <= found.files.keys()\n"
    )
    subprocess.run([sys.executable, "-c", asks], check=True)


def test_the_settings_of_matplotlib_that_a_person_changes_are_a_change(
    place: Any, run_module: Run, monkeypatch: Any
) -> None:
    monkeypatch.setenv("MPLCONFIGDIR", str(place.runtime))
    (place.modules / "shows.py").write_text("import matplotlib\nprint(matplotlib.rcParams['lines.linewidth'])\n")
    place.configure(["matplotlib"])
    assert prepare(wait=True)
    assert run_module("shows") == "1.5\n"
    time.sleep(1.1)
    (place.runtime / "matplotlibrc").write_text("lines.linewidth: 7\n")
    assert run_module("shows") == "7.0\n"


def test_one_look_serves_many_who_ask_at_once(tmp_path: Any) -> None:
    with Fingerprint.of_imports() as found:
        pass
    found.files[str(tmp_path / "new")] = None
    (tmp_path / "new").touch()
    assert not found.changed(60) and found.changed(0)


def test_what_a_package_declares_anew_is_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = tmp_path / "some[1]" / "art-1.0.dist-info" / "entry_points.txt"
    declared.parent.mkdir(parents=True)
    declared.write_text("[artia_lab.experiments]\n")
    monkeypatch.syspath_prepend(str(tmp_path / "some[1]"))
    with Fingerprint.of_imports() as found:
        pass
    assert not found.changed(0)
    declared.write_text("[artia_lab.experiments]\na = art:A\n")
    assert found.changed(0)
