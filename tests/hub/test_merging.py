"""Memory that is kept once: Linux's switch as a hub finds it, sets it, and leaves it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from artia_lab.hub.merging import HURRIED_PAGES, USUAL_PAGES, pace


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Linux's folder of settings, as it is found."""
    (tmp_path / "run").write_text("0\n")
    (tmp_path / "use_zero_pages").write_text("0\n")
    (tmp_path / "pages_to_scan").write_text("100\n")
    return tmp_path


# In a process of its own: what a process has agreed to, it and all it starts agree to for good.
AGREES = """
import subprocess, sys
from pathlib import Path
from artia_lab.hub.merging import merged
place = Path(sys.argv[1])
try:
    with merged(place):
        print((place / "run").read_text() if place.exists() else "none")
        grep = ["grep", "ksm_merge_any", "/proc/self/ksm_stat"]
        print(subprocess.run(grep, capture_output=True, text=True).stdout)
        raise RuntimeError
except RuntimeError:
    pass
"""


def agreed(place: Path) -> subprocess.CompletedProcess[str]:
    """Switch it on, start a process, and fail."""
    command = [sys.executable, "-c", AGREES, str(place)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


def test_it_is_switched_on_for_all_that_the_hub_starts_and_left_as_it_was(place: Path) -> None:
    done = agreed(place)
    said = done.stdout.split()
    if "older than 6.7" in done.stderr:
        assert said == ["0"]
    else:
        assert said[0] == "1"
        # Older ones do not tell.
        assert said[1:] in ([], ["ksm_merge_any:", "yes"])
    left = {each.name: each.read_text().strip() for each in place.iterdir()}
    assert left == {"run": "0", "use_zero_pages": "0", "pages_to_scan": "100"}


def test_it_hurries_while_seats_open_and_then_hardly_looks(place: Path) -> None:
    pace(True, place)
    assert (place / "pages_to_scan").read_text() == str(HURRIED_PAGES)
    pace(False, place)
    assert (place / "pages_to_scan").read_text() == str(USUAL_PAGES)


def test_a_linux_without_it_changes_nothing(tmp_path: Path) -> None:
    pace(True, tmp_path / "none")
    done = agreed(tmp_path / "none")
    assert done.stdout.split()[0] == "none" and "memory is not merged" in done.stderr
    assert not list(tmp_path.iterdir())
