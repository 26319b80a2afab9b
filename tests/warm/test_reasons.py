"""Whoever waits for a cold start can read why."""

from __future__ import annotations

from typing import Any

import pytest

from artia_lab.execute import run
from artia_lab.runs import RunFolder
from artia_lab.warm import hearing, launch


def told(folder: RunFolder) -> list[dict[str, Any]]:
    """Give what the diary of a run says of its process."""
    return [each for each in folder.events()[0] if each["event"] == "worker"]


def small_run() -> RunFolder:
    """Run something short."""
    return run("text.corpus-keyboard", "starter/texts-fr", {"length": 50})


def test_the_diary_of_a_run_says_why_it_started_cold(place: Any) -> None:
    folder = small_run()
    assert folder.status() == "finished"
    (worker,) = told(folder)
    assert (worker["warm"], worker["cold"]) == (False, "there is no fork server yet")


def test_it_says_so_when_the_server_cannot_be_used(place: Any) -> None:
    place.settings.write_text("imports = 3\n")
    (worker,) = told(small_run())
    assert "“imports”, a list" in worker["cold"]


def test_a_warm_start_and_one_that_shall_be_cold_need_no_reason(
    warmed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (worker,) = told(small_run())
    assert worker["warm"] and "cold" not in worker
    monkeypatch.setenv("ARTIA_WARM", "off")
    (worker,) = told(small_run())
    assert not worker["warm"] and "cold" not in worker


def test_only_the_first_reason_is_told(place: Any) -> None:
    heard: list[str] = []
    with hearing(heard.append):
        for _time in range(3):
            launch("probe").wait(20)
    launch("probe").wait(20)
    assert heard == ["there is no fork server yet"]
