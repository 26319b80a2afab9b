import shutil
from typing import Any

import pytest

from artia_lab import execute
from artia_lab.panel.follow import Follower
from artia_lab.runs import RunFolder

TOLD = 30


def test_follower_tells_the_steps_then_the_end_and_ends_itself(pictures: str) -> None:
    told: list[dict[str, Any]] = []
    folder = execute.start("image.slow", pictures, {"steps": 8})
    follower = Follower(folder, told.append)
    follower.start()
    follower.join(TOLD)
    assert told[-1]["state"] == "finished"
    assert told[-1]["step"] == 8
    assert len(told) > 2


def test_follower_that_leaves_lets_the_run_go_on(pictures: str) -> None:
    folder = execute.start("image.slow", pictures, {"steps": 8})
    follower = Follower(folder, lambda progress: None)
    follower.start()
    follower.leave()
    follower.join(TOLD)
    assert not follower.is_alive()
    assert folder.wait(TOLD) == "finished"


def test_a_folder_that_vanishes_is_told_and_ends_the_thread(pictures: str) -> None:
    told: list[dict[str, Any]] = []
    folder = execute.run("image.slow", pictures, {"steps": 1})
    shutil.rmtree(folder.path)
    follower = Follower(folder, told.append)
    follower.start()
    follower.join(TOLD)
    assert told == [{"state": "gone"}]


def test_follower_at_rest_does_not_look_and_then_tells_the_end(
    pictures: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    looks = []
    progress = RunFolder.progress
    monkeypatch.setattr(RunFolder, "progress", lambda folder: (looks.append(folder), progress(folder))[1])
    folder = execute.start("image.slow", pictures, {"steps": 12})
    follower = Follower(folder, told.append)
    with follower.resting():
        follower.start()
        folder.wait()
        assert len(looks) == 1
    follower.join(TOLD)
    assert told[-1]["state"] == "finished" and told[-1]["step"] == 12 and len(looks) == 2


def test_follower_at_rest_can_leave(pictures: str) -> None:
    folder = execute.start("image.slow", pictures, {"steps": 600})
    follower = Follower(folder, lambda progress: None)
    with follower.resting():
        follower.start()
        follower.leave()
        follower.join(TOLD)
        assert not follower.is_alive()
    folder.stop()
