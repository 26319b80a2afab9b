"""What makes another server, and what must not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from artia_lab.home import data_folder
from artia_lab.warm import address, launch, prepare, settings
from artia_lab.warm.fixed import control_groups, read_at_import

# Prints the key of the environment before and after it imports what it is told.
KEYS = """
import os, sys
from artia_lab.warm import settings
from artia_lab.warm.address import address_of
from artia_lab.warm.imports import import_all

def key():
    return address_of(settings.read(settings.path()), os.environ).key

before = key()
import_all(sys.argv[1:])
print(before == key())
"""


def test_what_a_process_has_imported_makes_no_other_server() -> None:
    """Torch, scikit-learn and threadpoolctl set variables: each mixture had a server of 600 MB."""
    names = settings.read(data_folder("kernels") / "artia" / "warm.toml").imports
    command = [sys.executable, "-c", KEYS, *names, "threadpoolctl", "sklearn", "skimage.transform"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == "True\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OMP_NUM_THREADS", "2"),
        ("KMP_AFFINITY", "none"),
        ("KMP_DUPLICATE_LIB_OK", "FALSE"),
        ("HOME", "/elsewhere"),
    ],
)
def test_what_a_person_asks_of_libraries_does(name: str, value: str) -> None:
    assert read_at_import({name: value, "EDITOR": "vi"}) == {name: value}


def test_no_secret_reaches_the_server(warmed: Any) -> None:
    (server,) = warmed.servers()
    secrets = {"HF_TOKEN": "hf_1", "HF_ENDPOINT_API_KEY": "2", "PYTHON_PASSWORD": "3", "AWS_SECRET": "4"}
    with launch("probe", env=os.environ | secrets) as process:
        assert process.wait(20) == 0 and not process.cold
    assert warmed.servers() == [server]
    assert not secrets.keys() & server.environ().keys()


# A job of Slurm, a service, a login, on systems with one tree of groups and with several.
PLACES = {
    "job 1": "0::/system.slice/slurmstepd.scope/job_1/step_0/user/task_0\n",
    "job 2": "0::/system.slice/slurmstepd.scope/job_2/step_0/user/task_0\n",
    "service": "0::/system.slice/jupyter-ada.service\n",
    "login 3": "0::/user.slice/user-1000.slice/session-3.scope\n",
    "login 4": "0::/user.slice/user-1000.slice/session-4.scope\n",
    "limited": "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1234.scope\n",
    "old": "4:memory:/slurm/uid_1000/job_1/step_0\n1:cpu:/\n",
    "old 2": "4:memory:/slurm/uid_1000/job_2/step_0\n1:cpu:/\n",
}
DESKTOP = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/{window}\n"


def groups(tmp_path: Path, said: str) -> tuple[str, ...]:
    """Give the groups that a listing tells of."""
    (tmp_path / "cgroup").write_text(said)
    return tuple(control_groups(tmp_path / "cgroup"))


def test_each_job_service_and_login_has_a_server_of_its_own(tmp_path: Path) -> None:
    assert len({groups(tmp_path, said) for said in PLACES.values()}) == len(PLACES)
    assert control_groups(tmp_path / "there_is_none") == []


def test_the_windows_of_a_desktop_share_one(tmp_path: Path) -> None:
    windows = ("vte-spawn-0a1b.scope", "vte-spawn-2c3d.scope")
    assert len({groups(tmp_path, DESKTOP.format(window=each)) for each in windows}) == 1


def test_a_process_in_another_group_is_not_forked_into_ours(
    warmed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cgroup").write_text(PLACES["job 2"])
    monkeypatch.setattr(address, "GROUPS", tmp_path / "cgroup")
    with launch("probe") as process:
        assert process.cold == "there is no fork server yet"
    assert prepare(wait=True) and len(warmed.servers()) == 2
