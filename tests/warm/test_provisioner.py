"""A warm kernel behaves as ipykernel does, in whatever speaks to kernels."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client import AsyncKernelManager, KernelManager
from jupyter_client.manager import start_new_kernel

from artia_lab.warm import prepare
from artia_lab.warm.process import Forked

# conftest.Place
Place = Any


@pytest.fixture(autouse=True)
def ready(place: Place) -> Place:
    """Have a server that knows what kernels need."""
    place.configure(["ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.debugger", "matplotlib.pyplot"])
    assert prepare(wait=True)
    return place


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[tuple[KernelManager, Any]]:
    """Start one kernel."""
    manager, client = start_new_kernel(kernel_name="artia", cwd=str(tmp_path))
    yield manager, client
    client.stop_channels()
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


def ask(client: Any, code: str) -> str:
    """Give what a cell prints, or the name of its error."""
    said: list[str] = []

    def keep(message: Any) -> None:
        content = message["content"]
        said.append(content.get("text", "") or content.get("ename", ""))

    client.execute_interactive(code, timeout=60, output_hook=keep)
    return "".join(said).strip()


def apart(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run asynchronous work in a thread of its own: another test's event loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def gone(pid: int, seconds: float = 20.0) -> bool:
    """Wait until there is no process of this number."""
    end = time.monotonic() + seconds
    while psutil.pid_exists(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not psutil.pid_exists(pid)


def test_it_is_warm_and_listens_where_only_its_owner_may_enter(kernel: Any, ready: Place) -> None:
    manager, client = kernel
    assert isinstance(manager.provisioner.process, Forked)
    assert ask(client, "import sys; print('matplotlib.pyplot' in sys.modules)") == "True"
    assert manager.transport == "ipc"
    assert Path(manager.ip).is_relative_to(ready.runtime / "artia")


def test_it_starts_where_and_as_it_is_told(kernel: Any, tmp_path: Path) -> None:
    _manager, client = kernel
    assert ask(client, "import os; print(os.getcwd())") == str(tmp_path)
    assert ask(client, "import sys; print(sys.argv[1:2], sys.path[0] == '', __name__)") == "['-f'] False __main__"


def test_an_interrupt_ends_the_cell_and_not_the_kernel(kernel: Any, tmp_path: Path) -> None:
    manager, client = kernel
    started = tmp_path / "started"
    message = client.execute(
        f"import pathlib, time\ntry:\n    pathlib.Path({str(started)!r}).touch()\n    time.sleep(600)\n"
        "except KeyboardInterrupt:\n    kept = 3\n    raise",
        # What is asked right after an error is not executed otherwise, when it arrives soon enough.
        stop_on_error=False,
    )
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.02)
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=60)["parent_header"]["msg_id"] == message
    assert ask(client, "print(kept)") == "3"


def test_outputs_are_sent_until_the_request_to_end_is_answered(kernel: Any, tmp_path: Path) -> None:
    manager, client = kernel
    # As on a machine that has much else to do. At its end a kernel takes away the names that its cells gave.
    (tmp_path / "slowly.py").write_text(
        "import pathlib, threading, time\nfrom ipykernel.iostream import IOPubThread, OutStream\n"
        "answered, flush, stop = [], OutStream.flush, IOPubThread.stop\n"
        "def flush_slowly(stream):\n"
        "    if threading.current_thread().name == 'Control':\n"
        "        time.sleep(0.3)\n        answered.append(stream.name)\n"
        "    flush(stream)\n"
        "def stop_and_tell(thread):\n"
        f"    pathlib.Path({str(tmp_path / 'told')!r}).write_text(' '.join(answered))\n    stop(thread)\n"
        "OutStream.flush, IOPubThread.stop = flush_slowly, stop_and_tell\n"
    )
    assert ask(client, "import sys; sys.path.append(''); import slowly") == ""
    pid = manager.provisioner.pid
    client.shutdown()
    assert gone(pid)
    assert (tmp_path / "told").read_text() == "stdout stderr"


def test_a_restart_forgets_everything_and_keeps_the_connection(kernel: Any) -> None:
    manager, client = kernel
    first = manager.provisioner.pid
    assert ask(client, "kept = 3; print(kept)") == "3"
    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    assert ask(client, "print(kept)") == "NameError"
    assert isinstance(manager.provisioner.process, Forked)
    assert manager.provisioner.pid != first and gone(first)


def test_a_shutdown_leaves_nothing(kernel: Any, ready: Place) -> None:
    manager, client = kernel
    pid, connection = manager.provisioner.pid, Path(manager.connection_file)
    client.stop_channels()
    manager.shutdown_kernel()
    assert gone(pid) and not connection.exists()
    assert not list((ready.runtime / "artia").glob("kernel-*"))


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_a_crash_is_noticed_and_a_restart_mends_it(kernel: Any, end: str) -> None:
    manager, client = kernel
    client.execute(f"import os; {end}")
    until = time.monotonic() + 20
    while manager.is_alive() and time.monotonic() < until:
        time.sleep(0.05)
    assert not manager.is_alive()
    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    assert ask(client, "print(1 + 1)") == "2"
    assert manager.is_alive()


def test_killed_from_outside(kernel: Any) -> None:
    manager, _client = kernel
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    assert gone(manager.provisioner.pid)
    assert not manager.is_alive()


def test_a_kernel_outlives_the_server(kernel: Any, ready: Place) -> None:
    manager, client = kernel
    for server in ready.servers():
        if server.pid != manager.provisioner.pid:
            server.kill()
    time.sleep(1.5)
    assert manager.is_alive() and ask(client, "print(3)") == "3"
    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    assert not isinstance(manager.provisioner.process, Forked)
    assert ask(client, "print(4)") == "4"


def test_a_kernel_ends_with_whoever_started_it() -> None:
    asks = (
        "import time\nfrom jupyter_client.manager import start_new_kernel\n"
        "manager, client = start_new_kernel(kernel_name='artia')\n"
        "print(manager.provisioner.pid, flush=True)\ntime.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", asks], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.kill()
    assert gone(pid)


def test_twenty_four_at_once_all_answer() -> None:
    async def one(number: int) -> str:
        manager = AsyncKernelManager(kernel_name="artia")
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=100)
            assert isinstance(manager.provisioner.process, Forked)
            said: list[str] = []
            await client._async_execute_interactive(
                f"print({number} ** 2)",
                timeout=60,
                output_hook=lambda m: said.append(m["content"].get("text", "")),
            )
            return "".join(said).strip()
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(number) for number in range(24)))

    assert apart(all_of_them) == [str(number**2) for number in range(24)]


def test_two_hundred_started_and_stopped_leave_nothing(ready: Place) -> None:
    async def one(number: int) -> None:
        manager = AsyncKernelManager(kernel_name="artia", connection_file=str(folder / f"{number}.json"))
        await manager.start_kernel()
        assert isinstance(manager.provisioner.process, Forked)
        started.add(f"ipykernel_{manager.provisioner.pid}")
        # Some are stopped while they start, some at once, some politely.
        if number % 5 == 0:
            client = manager.client()
            client.start_channels()
            await client.wait_for_ready(timeout=100)
            client.stop_channels()
        await manager.shutdown_kernel(now=number % 2 == 0)

    async def all_of_them() -> None:
        for start in range(0, 200, 20):
            await asyncio.gather(*(one(number) for number in range(start, start + 20)))

    folder = ready.runtime / "connections"
    folder.mkdir()
    started: set[str] = set()
    apart(lambda: one(0))
    mine = len(os.listdir("/proc/self/fd"))
    (server,) = ready.servers()
    descriptors = server.num_fds()
    apart(all_of_them)
    until = time.monotonic() + 20
    while server.children() and time.monotonic() < until:
        time.sleep(0.05)
    assert not server.children() and ready.servers() == [server]
    assert server.num_fds() == descriptors
    assert len(os.listdir("/proc/self/fd")) <= mine
    assert not list(folder.iterdir())
    assert not list((ready.runtime / "artia").glob("kernel-*"))
    # Where a kernel keeps the cells that a debugger asks for; other tests have kernels too.
    assert len(started) == 201 and not started & set(os.listdir("/tmp"))


PLOT = "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.title(plt.get_backend());"


def notebook(place: Path, *code: str) -> Path:
    """Write a notebook."""
    cells = [nbformat.v4.new_code_cell(each) for each in code]
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), place)
    return place


@pytest.mark.parametrize("state", ["warm", "off"])
def test_figures_show_as_in_a_cold_kernel(state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend looks for a kernel when it is imported; the warm process has none then."""
    from nbclient import NotebookClient

    if state == "off":
        monkeypatch.setenv("ARTIA_WARM", "off")
    document = nbformat.read(notebook(tmp_path / "n.ipynb", PLOT), as_version=4)
    NotebookClient(document, kernel_name="artia").execute()
    (output,) = document.cells[0].outputs
    assert "image/png" in output["data"]


def test_papermill_runs_in_it(tmp_path: Path) -> None:
    import papermill

    place = notebook(tmp_path / "n.ipynb", "import sys; print('matplotlib.pyplot' in sys.modules)")
    done = papermill.execute_notebook(place, tmp_path / "out.ipynb", kernel_name="artia", progress_bar=False)
    assert done.cells[0].outputs[0]["text"] == "True\n"


def test_papermill_notices_that_it_was_killed(tmp_path: Path) -> None:
    import papermill
    from nbclient.exceptions import DeadKernelError

    place = notebook(tmp_path / "n.ipynb", "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(DeadKernelError):
        papermill.execute_notebook(place, tmp_path / "out.ipynb", kernel_name="artia", progress_bar=False)


def test_nbval_runs_in_it(tmp_path: Path) -> None:
    place = notebook(tmp_path / "n.ipynb", "print(6 * 7)")
    document = nbformat.read(place, as_version=4)
    document.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="42\n")]
    document.cells[0].execution_count = 1
    nbformat.write(document, place)
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(place)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_debugger_answers(kernel: Any) -> None:
    _manager, client = kernel
    message = client.session.msg(
        "debug_request",
        {"type": "request", "seq": 1, "command": "initialize", "arguments": {"adapterID": "python"}},
    )
    client.control_channel.send(message)
    answer = client.get_control_msg(timeout=30)["content"]
    assert answer["success"], json.dumps(answer)


def test_what_the_kernel_writes_past_jupyter_reaches_whoever_asked(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stream:
        manager = KernelManager(kernel_name="artia")
        manager.start_kernel(stdout=stream, stderr=stream)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    ask(client, "import os; os.write(1, b'one'); os.write(2, b'two')")
    client.stop_channels()
    manager.shutdown_kernel()
    assert b"onetwo" in log.read_bytes()


@pytest.mark.parametrize(("stream", "warm"), [(subprocess.DEVNULL, True), (None, True), (subprocess.PIPE, False)])
def test_streams_are_those_of_popen(stream: Any, warm: bool) -> None:
    manager = KernelManager(kernel_name="artia")
    manager.start_kernel(stderr=stream)
    assert isinstance(manager.provisioner.process, Forked) == warm
    manager.shutdown_kernel(now=True)
