"""What may be set, and what a place means for the process that holds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from artia_lab.errors import Failure, Mistake, NotFound
from artia_lab.slots.enforce import CONTEXT_MB, fraction, kept_to
from artia_lab.slots.people import Person, Tokens, private
from artia_lab.slots.settings import Quota, Settings, load

PLACES = 'socket = "/tmp/s"\nstate_folder = "/tmp/state"\n'
GRANTED = {"cores": [], "gpu": "", "memory_mb": 0, "whole": False, "hide_gpu": False}


def written(tmp_path: Path, content: str) -> Path:
    file = tmp_path / "slots.toml"
    file.write_text(content)
    return file


def test_settings_are_read_and_the_others_keep_their_defaults(tmp_path: Path) -> None:
    found = load(written(tmp_path, PLACES + "cores = 0\nhalf_life_s = 60\n[workshops.w]\nplaces = 2\n"))
    assert found == Settings(
        socket="/tmp/s", state_folder="/tmp/state", half_life_s=60.0, workshops={"w": Quota(places=2)}
    )


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("coers = 2", "cores"),
        ("cores = -1", "cores"),
        ("cores = true", "cores"),
        ('cores = "2"', "cores"),
        ("half_life_s = 0", "half_life_s"),
        ("half_life_s = nan", "half_life_s"),
        ('accounts = "all"', "unix"),
        ('gpus = ["0:much"]', "gpus"),
        ("gpus = [0]", "gpus"),
        ("workshops = 3", "workshops"),
        ("[workshops.w]\nseats = 3", "places"),
        ("cores = ", "cannot be read"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(tmp_path: Path, line: str, named: str) -> None:
    with pytest.raises(Mistake, match=named):
        load(written(tmp_path, PLACES + line))


def test_both_places_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="state_folder"):
        load(written(tmp_path, 'socket = "/tmp/s"'))
    with pytest.raises(NotFound):
        load(tmp_path / "nothing.toml")


def test_a_token_is_kept_only_as_a_digest_in_a_folder_of_ours(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "tokens")
    token = tokens.admit(Person(user="ada", workshop="w"))
    assert tokens(token) == Person(user="ada", workshop="w")
    assert all(token not in each.name + each.read_text() for each in (tmp_path / "tokens").iterdir())
    assert tokens("") is None and tokens("../../etc/passwd") is None
    tokens.dismiss(token)
    assert tokens(token) is None


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    open_to_others = tmp_path / "open"
    open_to_others.mkdir(mode=0o755)
    with pytest.raises(Failure, match="0700"):
        private(open_to_others)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Failure):
        private(tmp_path / "link")


def test_a_process_is_kept_to_its_cores_and_threads_and_let_go_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    before = os.sched_getaffinity(0)
    core = min(before)
    with kept_to({**GRANTED, "cores": [core], "hide_gpu": True}):
        assert os.sched_getaffinity(0) == {core}
        asked = "import os; print(os.environ['OMP_NUM_THREADS'], repr(os.environ['CUDA_VISIBLE_DEVICES']))"
        seen = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        assert seen.stdout == "1 ''\n"
    assert os.sched_getaffinity(0) == before
    assert os.environ["OMP_NUM_THREADS"] == "2" and "CUDA_VISIBLE_DEVICES" not in os.environ


def test_a_share_of_a_gpu_leaves_room_for_what_cuda_takes_itself() -> None:
    assert fraction(4000 + CONTEXT_MB, 8000 * 2**20) == pytest.approx(0.5)
    assert fraction(0, 8000 * 2**20) == 0.01 and fraction(99_999, 8000 * 2**20) == 1


def test_the_broker_and_the_worker_s_part_import_nothing_heavy() -> None:
    heavy = "torch", "numpy", "diffusers", "librosa", "PIL", "jupyterhub", "tornado"
    asked = f"import sys, artia_lab.slots, artia_lab.slots.broker; print([m for m in {heavy} if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert seen.stdout == "[]\n"
