"""`launch` is ``python -m module args``, started sooner, and survives what may befall the fork server."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from artia_lab.warm import launch, prepare
from artia_lab.warm.launch import fork
from artia_lab.warm.process import UNKNOWN_CODE, Forked

Run = Callable[..., str]
# conftest.Place
Place = Any


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def sleeper(place: Place) -> str:
    """Write a module that lives until it is told to end."""
    (place.modules / "sleeper.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(600)\n")
    return "sleeper"


def test_the_first_start_is_cold_and_says_so_in_one_line(
    place: Place, run_module: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "artia_lab.warm"):
        assert "decimal" not in json.loads(run_module("probe"))["modules"]
    assert len(caplog.records) == 1
    assert prepare(wait=True)
    caplog.clear()
    with caplog.at_level(logging.INFO, "artia_lab.warm"):
        assert "decimal" in json.loads(run_module("probe"))["modules"]
    assert not caplog.records


@pytest.mark.parametrize("state", ["warm", "off"])
def test_a_child_is_what_a_fresh_process_would_be(
    state: str, place: Place, run_module: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if state == "off":
        monkeypatch.setenv("ARTIA_WARM", "off")
    else:
        assert prepare(wait=True)
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME")} | {"ONLY": "é"}
    found = json.loads(run_module("probe", "-x", "é à", env=environment, cwd=tmp_path))
    assert found["argv"] == ["-x", "é à"]
    assert found["main"] == "__main__"
    assert found["cwd"] == found["path"] == str(tmp_path)
    assert found["env"].items() >= environment.items()
    assert "ARTIA_HOME" not in found["env"]
    assert found["leads"] and found["interrupt"]
    # A signal that this process ignores (nohup), a fresh one ignores too.
    assert found["hangup"] or state == "off"
    assert found["descriptors"] == [0, 1, 2]
    assert found["blocked"] == [] and found["stdin"] == ""


def test_two_children_do_not_draw_the_same_numbers(warmed: Place, run_module: Run) -> None:
    assert json.loads(run_module("probe"))["draw"] != json.loads(run_module("probe"))["draw"]


def test_a_child_has_the_limits_of_whoever_asks(warmed: Place) -> None:
    asks = (
        "import os, resource\nfrom artia_lab.warm import launch\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (99, hard)); os.umask(0o077); os.nice(3)\n"
        "launch('probe', stdout=1).wait()"
    )
    answer = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout)
    assert (found["files"], found["umask"]) == (99, "0o77")
    assert found["nice"] == os.getpriority(os.PRIO_PROCESS, 0) + 3
    assert "decimal" in found["modules"]
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] != 99


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pass", 0),
        ("raise SystemExit", 0),
        ("raise SystemExit(3)", 3),
        ("raise SystemExit('reason')", 1),
        ("1 / 0", 1),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import atexit, os; atexit.register(os._exit, 5)", 5),
        ("import threading, time; threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()", 0),
    ],
)
@pytest.mark.parametrize("state", ["warm", "off"])
def test_it_ends_as_a_fresh_process_ends(
    state: str, code: str, expected: int, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.modules / "ends.py").write_text(code)
    if state == "off":
        monkeypatch.setenv("ARTIA_WARM", "off")
    else:
        assert prepare(wait=True)
    process = launch("ends")
    assert isinstance(process, Forked) == (state == "warm")
    assert process.wait(20) == process.poll() == process.returncode == expected
    process.kill()


def test_a_module_that_is_missing_is_said(warmed: Place) -> None:
    read, write = os.pipe()
    process = launch("there_is_none", stderr=write)
    os.close(write)
    with os.fdopen(read) as said:
        assert "there_is_none" in said.read()
    assert process.wait(20) == 1


def test_a_missing_folder_is_refused_as_popen_does(warmed: Place) -> None:
    with pytest.raises(FileNotFoundError):
        launch("probe", cwd="/there/is/none")


def test_descriptors_are_kept_under_their_numbers(warmed: Place) -> None:
    (warmed.modules / "says.py").write_text("import os, sys\nos.write(int(sys.argv[1]), b'through')\n")
    read, write = os.pipe()
    process = launch("says", [str(write)], pass_fds=[write])
    os.close(write)
    assert process.wait(20) == 0
    assert os.read(read, 100) == b"through"
    os.close(read)


def test_an_environment_of_a_megabyte_passes(warmed: Place, run_module: Run) -> None:
    large = {f"LARGE_{number}": "é" * 1000 for number in range(500)}
    assert json.loads(run_module("probe", env=os.environ | large))["env"].items() >= large.items()


def test_a_process_outlives_whoever_started_it(warmed: Place) -> None:
    module = sleeper(warmed)
    asks = f"from artia_lab.warm import launch\nprint(launch({module!r}).pid)"
    answer = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    process = psutil.Process(int(answer.stdout))
    time.sleep(0.3)
    assert process.is_running()
    process.kill()
    until(lambda: not process.is_running())


def test_one_that_shall_end_with_its_starter_does(warmed: Place) -> None:
    module = sleeper(warmed)
    asks = (
        "import os, time\nfrom artia_lab.warm.launch import fork\nfrom artia_lab.warm.starting import DEFAULTS\n"
        f"print(fork({module!r}, [], env=DEFAULTS | dict(os.environ), cwd=None, streams=[0, 1, 2],\n"
        "           dies_with_us=True).pid, flush=True)\ntime.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", asks], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        # Two processes write here, and sometimes on one line.
        said = starter.stdout.readline() + starter.stdout.readline()
        process = psutil.Process(int("".join(filter(str.isdigit, said))))
        starter.kill()
    until(lambda: not process.is_running())


def test_a_server_killed_leaves_its_children_alone(
    warmed: Place, run_module: Run, caplog: pytest.LogCaptureFixture
) -> None:
    process = launch(sleeper(warmed))
    (server,) = (each for each in warmed.servers() if each.pid != process.pid)
    server.kill()
    server.wait(10)
    assert process.poll() is None
    process.terminate()
    assert process.wait(20) == UNKNOWN_CODE
    assert "decimal" not in json.loads(run_module("probe"))["modules"]
    assert prepare(wait=True)
    assert "decimal" in json.loads(run_module("probe"))["modules"]


def test_caches_of_tools_are_no_change(warmed: Place, run_module: Run) -> None:
    time.sleep(1.1)
    (warmed.modules / ".pytest_cache").mkdir()
    (warmed.modules / "__pycache__").mkdir(exist_ok=True)
    assert "decimal" in json.loads(run_module("probe"))["modules"]


def test_what_is_installed_may_change(place: Place, run_module: Run, caplog: pytest.LogCaptureFixture) -> None:
    (place.modules / "art.py").write_text("VERSION = 1\n")
    (place.modules / "shows.py").write_text("import art\nprint(art.VERSION)\n")
    place.configure(["art"])
    assert prepare(wait=True)
    assert run_module("shows") == "1\n"
    working = launch(sleeper(place))
    time.sleep(1.1)
    (place.modules / "art.py").write_text("VERSION = 22\n")
    caplog.clear()
    assert run_module("shows") == "22\n"
    assert [record.getMessage() for record in caplog.records] == ["cold start of shows: what is installed changed"]
    assert prepare(wait=True)
    assert run_module("shows") == "22\n"
    assert working.poll() is None
    working.kill()
    assert working.wait(20) == -signal.SIGKILL
    # The server that knew the old version had stayed only to see its child end.
    until(lambda: len(place.servers()) == 1)


def test_a_child_that_closes_every_descriptor_harms_nobody(warmed: Place, run_module: Run) -> None:
    (warmed.modules / "closes.py").write_text(
        "import os, time\nos.closerange(0, 1000)\ntime.sleep(0.2)\nos._exit(7)\n"
    )
    process = launch("closes")
    assert "decimal" in json.loads(run_module("probe"))["modules"]
    assert process.wait(20) == 7


def test_a_server_that_nobody_uses_ends(place: Place) -> None:
    place.configure(["decimal"], idle_seconds=0.3)
    assert prepare(wait=True)
    process = launch(sleeper(place))
    time.sleep(1)
    assert place.servers()
    process.kill()
    until(lambda: not place.servers())
    assert not list((place.runtime / "artia").glob("*.sock"))


def test_a_server_whose_socket_is_gone_ends(warmed: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (socket_,) = (warmed.runtime / "artia").glob("*.sock")
    socket_.unlink()
    until(lambda: not warmed.servers())
    assert prepare(wait=True)


def test_thirty_who_ask_at_once_get_one_server(place: Place) -> None:
    asks = "from artia_lab.warm import prepare\nassert prepare(wait=True)"
    crowd = [subprocess.Popen([sys.executable, "-c", asks]) for _ in range(30)]
    assert [each.wait(60) for each in crowd] == [0] * 30
    assert len(place.servers()) == 1


def foreign(path: Path) -> None:
    """Give a path to another user; where only they could, to the administrator by a link."""
    if os.getuid() == 0:
        os.chown(path, 65534, 65534, follow_symlinks=False)
    else:
        path.unlink() if path.is_file() or path.is_socket() else path.rmdir()
        path.symlink_to("/usr" if path.suffix != ".sock" else "/etc/passwd")


def test_a_socket_of_another_user_is_refused(
    warmed: Place, run_module: Run, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = (warmed.runtime / "artia").glob("*.sock")
    path.unlink()
    trap = socket.socket(socket.AF_UNIX)
    trap.bind(str(path))
    trap.listen()
    trap.setblocking(False)
    foreign(path)
    assert "decimal" not in json.loads(run_module("probe"))["modules"]
    (record,) = caplog.records
    assert "not a socket of yours" in record.getMessage()
    # Nobody spoke to it.
    with pytest.raises(BlockingIOError):
        trap.accept()


def test_a_folder_that_others_may_enter_is_refused(
    place: Place, run_module: Run, caplog: pytest.LogCaptureFixture
) -> None:
    folder = place.runtime / "artia"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    assert "decimal" not in json.loads(run_module("probe"))["modules"]
    folder.chmod(0o700)
    foreign(folder)
    assert "decimal" not in json.loads(run_module("probe"))["modules"]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert not place.servers()


@pytest.mark.parametrize(
    "content",
    ["", "imports = 3", "imports = []\nidle_seconds = 0", "imports = ['a']\nidle_seconds = 1\nport = 3", "["],
)
def test_settings_that_say_nothing_useful_mean_cold_starts(
    content: str, place: Place, run_module: Run, caplog: pytest.LogCaptureFixture
) -> None:
    place.settings.write_text(content)
    assert "decimal" not in json.loads(run_module("probe"))["modules"]
    (record,) = caplog.records
    assert "warm.toml" in record.getMessage() and "idle_seconds" in record.getMessage()


def test_a_module_that_cannot_be_imported_is_left_out(place: Place, run_module: Run) -> None:
    (place.modules / "broken.py").write_text("import there_is_none\n")
    place.configure(["broken", "decimal"])
    assert prepare(wait=True)
    assert "decimal" in json.loads(run_module("probe"))["modules"]
    (log,) = (place.runtime / "artia").glob("*.log")
    assert log.read_text() == "broken: No module named 'there_is_none'\n"


def test_a_library_that_starts_a_thread_makes_every_start_cold(
    place: Place, run_module: Run, caplog: pytest.LogCaptureFixture
) -> None:
    (place.modules / "restless.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    place.configure(["restless", "decimal"])
    assert not prepare(wait=True)
    for _attempt in range(2):
        assert "decimal" not in json.loads(run_module("probe"))["modules"]
    assert {record.getMessage() for record in caplog.records} == {
        "no warm start: a library started a thread",
        "cold start of probe: a library started a thread",
    }
    # It goes on refusing: another would do no better.
    assert len(place.servers()) == 1


def test_a_server_that_cannot_live_is_not_started_again_and_again(place: Place, run_module: Run) -> None:
    (place.modules / "deadly.py").write_text(
        f"import os\nwith open({str(place.runtime / 'count')!r}, 'a') as count: count.write('x')\nos.abort()\n"
    )
    place.configure(["deadly"])
    for _attempt in range(3):
        run_module("probe")
        time.sleep(0.5)
    assert (place.runtime / "count").read_text() == "x"


def on_a_small_disk(options: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code with the folder of the sockets on a disk of its own, and that disk full."""
    asks = (
        f"mount -t tmpfs -o {options},mode=700 none $XDG_RUNTIME_DIR && "
        "dd if=/dev/zero of=$XDG_RUNTIME_DIR/full bs=4k 2>/dev/null; "
        f'exec {sys.executable} -c "{code}"'
    )
    private = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    return subprocess.run([*private, "sh", "-c", asks], capture_output=True, text=True, timeout=60)


def test_a_disk_without_room_for_a_file_means_a_cold_start(place: Place) -> None:
    answer = on_a_small_disk(
        "size=4k,nr_inodes=2",
        "import logging; logging.basicConfig(); "
        "from artia_lab.warm import launch; launch('probe', stdout=1).wait()",
    )
    assert "decimal" not in json.loads(answer.stdout)["modules"], answer.stderr
    assert "No space left" in answer.stderr


def test_a_disk_without_room_for_a_byte_harms_nothing(place: Place) -> None:
    answer = on_a_small_disk(
        "size=4k", "from artia_lab.warm import launch, prepare; prepare(True); launch('probe', stdout=1).wait()"
    )
    assert "decimal" in json.loads(answer.stdout)["modules"], answer.stderr


def test_a_request_that_is_none_harms_nobody(warmed: Place, run_module: Run) -> None:
    (path,) = (warmed.runtime / "artia").glob("*.sock")
    for nonsense in (
        b"",
        b"\x00\x00",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x01x",
        b"GET / HTTP/1.1",
    ):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
            line.sendall(nonsense)
    assert "decimal" in json.loads(run_module("probe"))["modules"]


def test_who_gives_up_waiting_starts_no_second_process(warmed: Place) -> None:
    """The child runs nothing before whoever asked has heard of it."""
    from artia_lab.warm import settings, wire
    from artia_lab.warm.address import address_of, connect
    from artia_lab.warm.starting import DEFAULTS

    (warmed.modules / "marks.py").write_text("import sys\nopen(sys.argv[1], 'w').close()\n")
    mark = warmed.runtime / "mark"
    env = DEFAULTS | dict(os.environ)
    line = connect(address_of(settings.read(settings.path()), env), 5)
    request = {
        "module": "marks", "args": [str(mark)], "env": env, "cwd": "/", "umask": 0o22, "nice": 0, "limits": [],
        "pass_fds": [], "dies_with_us": False,
    }  # fmt: skip
    wire.send(line, {"start": request}, [0, 1, 2])
    answer, (handle,) = wire.receive(line)
    assert answer["pid"] > 0
    line.close()
    until(lambda: not psutil.pid_exists(answer["pid"]))
    os.close(handle)
    assert not mark.exists()
    assert fork("marks", [str(mark)], env=env, cwd="/", streams=[0, 1, 2]).wait(20) == 0  # type: ignore[union-attr]
    assert mark.exists()
