"""Where kernels listen: cleaned up after others, made again, and done without."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import KernelManager

from artia_lab.warm import prepare, sockets

STARTS = (
    "import time\nfrom jupyter_client.manager import start_new_kernel\n"
    "manager, client = start_new_kernel(kernel_name='artia'{options})\n"
    "print(manager.provisioner.pid, flush=True)\ntime.sleep(600)"
)


@pytest.fixture(autouse=True)
def ready(place: Any) -> Any:
    """Have a server that knows what kernels need."""
    place.configure(["ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.debugger"])
    assert prepare(wait=True)
    return place


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a kernel for grown up at once."""
    monkeypatch.setattr(sockets, "YOUNG_S", -1.0)


def left_by_one_that_was_killed(place: Any, options: str = "") -> tuple[Path, int]:
    """Start a kernel from a process, kill that with -9, and give the kernel's folder and number."""
    command = [sys.executable, "-c", STARTS.format(options=options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.kill()
    (folder,) = (place.runtime / "artia").glob(f"kernel-*-{starter.pid}")
    return folder, pid


def answered(manager: KernelManager) -> bool:
    """Tell whether a kernel answers whoever connects to it now."""
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        return bool(client.execute_interactive("print(1)", timeout=60)["content"]["status"] == "ok")
    finally:
        client.stop_channels()


def test_what_a_killed_jupyter_left_is_removed_at_the_next_start(ready: Any, until: Any, soon: None) -> None:
    folder, pid = left_by_one_that_was_killed(ready)
    until(lambda: not os.path.exists(f"/proc/{pid}"))
    assert len(list(folder.iterdir())) == 5
    manager = KernelManager(kernel_name="artia")
    manager.start_kernel()
    assert not folder.exists() and answered(manager)
    manager.shutdown_kernel(now=True)
    assert not list((ready.runtime / "artia").glob("kernel-*"))


def test_a_kernel_that_outlives_its_starter_keeps_its_sockets(ready: Any, soon: None) -> None:
    folder, pid = left_by_one_that_was_killed(ready, ", independent=True")
    sockets.sweep(folder.parent)
    assert len(list(folder.iterdir())) == 5
    os.kill(pid, signal.SIGKILL)


def test_what_lives_or_is_young_or_is_no_kernels_is_left_alone(ready: Any) -> None:
    place = ready.runtime / "artia"
    ended = subprocess.Popen(["true"])
    ended.wait()
    young, ours = place / f"kernel-0a1b2c3d-{ended.pid}", place / f"kernel-0a1b2c3d-{os.getpid()}"
    others = [ours, place / "kernel-notes", place / "elsewhere"]
    for each in (young, *others):
        each.mkdir()
    hour = time.time() - 3600
    for each in others:
        os.utime(each, (hour, hour))
    sockets.sweep(place)
    assert all(each.exists() for each in (young, *others))
    os.utime(young, (hour, hour))
    sockets.sweep(place)
    assert not young.exists() and all(each.exists() for each in others)


def test_a_restart_after_the_folder_was_emptied_listens_at_the_same_place(ready: Any) -> None:
    manager = KernelManager(kernel_name="artia")
    manager.start_kernel()
    before = manager.ip
    shutil.rmtree(ready.runtime / "artia")
    manager.restart_kernel(now=True)
    assert manager.ip == before and answered(manager)
    manager.shutdown_kernel(now=True)


def test_a_restart_after_the_session_ended_listens_elsewhere(ready: Any, tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="artia")
    manager.start_kernel()
    before = Path(manager.ip)
    ready.runtime.rename(tmp_path / "gone")
    try:
        manager.restart_kernel(now=True)
        assert manager.transport == "ipc" and not Path(manager.ip).is_relative_to(ready.runtime)
        assert answered(manager)
        folder = Path(manager.ip).parent
        manager.shutdown_kernel(now=True)
        assert not folder.exists() and folder.parent != before.parent.parent
    finally:
        (tmp_path / "gone").rename(ready.runtime)


def test_a_restart_where_no_folder_can_be_made_listens_on_ports(ready: Any) -> None:
    manager = KernelManager(kernel_name="artia")
    manager.start_kernel()
    shutil.rmtree(ready.runtime / "artia")
    (ready.runtime / "artia").touch()
    manager.restart_kernel(now=True)
    assert manager.transport == "tcp" and answered(manager)
    manager.shutdown_kernel(now=True)
    (ready.runtime / "artia").unlink()


@pytest.mark.parametrize("room", ["size=4k,nr_inodes=2", "size=4k"])
def test_a_kernel_starts_though_the_disk_of_the_sockets_is_full(room: str, tmp_path: Path) -> None:
    code = (
        "from jupyter_client.manager import start_new_kernel\n"
        "manager, client = start_new_kernel(kernel_name='artia')\n"
        "answer = client.execute_interactive('print(6 * 7)', timeout=60)\n"
        "print(answer['content']['status'])\nclient.stop_channels()\nmanager.shutdown_kernel(now=True)"
    )
    asks = (
        f"mount -t tmpfs -o {room},mode=700 none $XDG_RUNTIME_DIR && "
        "dd if=/dev/zero of=$XDG_RUNTIME_DIR/full bs=4k 2>/dev/null; "
        f'exec {sys.executable} -c "$CODE"'
    )
    private = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    environment = os.environ | {"CODE": code, "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    answer = subprocess.run(
        [*private, "sh", "-c", asks], capture_output=True, text=True, timeout=120, env=environment
    )
    assert answer.stdout == "42\nok\n", answer.stderr


def test_what_listens_and_is_busy_is_not_taken_for_dead(tmp_path: Path) -> None:
    place = Path("/tmp") / f"aw-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        try:
            assert not sockets._answers(place)
            listener.listen(0)
            assert sockets._answers(place)
        finally:
            place.unlink()
    assert not sockets._answers(place)
