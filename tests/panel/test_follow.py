import shutil
from typing import Any

from artia_lab import execute
from artia_lab.panel.follow import Follower

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
