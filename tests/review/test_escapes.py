"""Attempts to leave the sandbox: from a script inside the real one, and through what comes out of it."""

from __future__ import annotations

import http.server
import io
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from artia_lab.home import data_folder
from artia_lab.i18n import Text
from artia_lab.provenance import Identity
from artia_lab.review import processes
from artia_lab.review.limits import GB, MB, Limits
from artia_lab.review.processes import refused_beyond
from artia_lab.review.rerun import _received
from artia_lab.review.sandbox import HOME, Sandbox
from artia_lab.review.watch import Ending, watched

PROBES = Path(__file__).with_name("probes.py")
SECRET, MARKER = "a-token-of-the-hub-7d1f", "artia-escape-marker-51c0"
SMALL = Limits(
    seconds=20, memory_bytes=400 * MB, disk_bytes=64 * MB, processes=60, address_bytes=8 * GB, open_files=64,
    result_bytes=8 * MB,
)  # fmt: skip

Inside = Callable[..., tuple[Ending, bytes]]


@pytest.fixture
def inside() -> Inside:
    """Execute Python code in the sandbox: ``inside(code)`` gives how it ended and what it wrote."""

    def _inside(code: str, limits: Limits = SMALL, **shown: Any) -> tuple[Ending, bytes]:
        out = io.BytesIO()
        with Sandbox(limits=limits, **shown).command([sys.executable, "-c", code, MARKER]) as (command, files):
            ending = watched(command, files, limits, out)
        return ending, out.getvalue()

    return _inside


@pytest.fixture
def planted(tmp_path: Path, artia_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Put on this machine what must not be reached: files, secrets, a hub, sockets, a process."""
    Identity.of_this_lab()
    for name in ("ssh", "tmp"):
        (tmp_path / name).write_text(SECRET)
    for name in ("JUPYTERHUB_API_TOKEN", "AWS_SECRET_ACCESS_KEY", "OMP_SECRET"):
        monkeypatch.setenv(name, SECRET)
    hub = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    abstract = f"{MARKER}-{os.getpid()}"
    victim = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with socket.socket(socket.AF_UNIX) as nameless, socket.socket(socket.AF_UNIX) as named:
        nameless.bind(f"\0{abstract}")
        named.bind(str(tmp_path / "s"))
        for each in (nameless, named):
            each.listen()
        yield {
            "ssh": str(tmp_path / "ssh"),
            "tmp": str(tmp_path / "tmp"),
            "socket": str(tmp_path / "s"),
            "home": str(artia_home),
            "key": str(artia_home / "identity" / "own" / "leaf.key"),
            "secret": SECRET,
            "marker": "a-marker-of-the-host",
            "port": hub.server_port,
            "abstract": abstract,
            "victim": victim.pid,
            "shown": [str(data_folder("notebooks")), str(data_folder("kernels")), "/input/notebook"],
            "files": ["/input/notebook/probes.py", str(data_folder("kernels") / "artia" / "kernel.json")],
        }
    alive = victim.poll() is None
    victim.kill()
    victim.wait()
    hub.shutdown()
    hub.server_close()
    assert alive, "a process of the host was ended from inside"


def test_no_probe_gets_hold_of_anything(planted: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = Sandbox(
        limits=Limits(seconds=60),
        shown={"/input/notebook/probes.py": PROBES},
        written={"/input/planted.json": json.dumps(planted)},
    )
    out = io.BytesIO()
    probe = [sys.executable, "/input/notebook/probes.py", "/input/planted.json"]
    with sandbox.command(probe) as (command, files):
        ending = watched(command, files, sandbox.limits, out)
    assert (ending.stopped, ending.code) == ("", 0), ending
    found = json.loads(out.getvalue())
    escaped = {name: got for name, got in found.items() if got.startswith("escaped")}
    with capsys.disabled():
        print(f" {len(found)} probes, {len(escaped)} succeeded", end="")
    assert not escaped and len(found) >= 25
    # Each was really tried: none ended on a mistake of its own.
    assert not [
        name for name, got in found.items() if got.startswith(("TypeError", "NameError", "KeyError", "Attr"))
    ]


@pytest.mark.parametrize(
    "code, stopped",
    [
        ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "processes"),
        (
            "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,)).start()",
            "processes",
        ),
        ("kept = []\nwhile True: kept.append(bytearray(b'x') * 2**24)", "memory"),
        (
            "import os\nfor _ in range(5): os.fork()\nx = bytearray(b'x') * 2**28\nimport time; time.sleep(99)",
            "memory",
        ),
        ("import time, signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass", "time"),
        ("import os, time\nos.close(1); os.close(2)\nwhile True: time.sleep(1)", "time"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "results"),
    ],
    ids=["fork", "thread", "memory", "shared memory", "endless", "silent", "output"],
)
def test_a_bomb_is_stopped_with_its_reason(inside: Inside, code: str, stopped: str) -> None:
    limits = replace(SMALL, seconds=2 if stopped == "time" else 20)
    ending, said = inside(code, limits)
    assert ending.stopped == stopped, ending
    assert len(said) <= SMALL.result_bytes
    assert not left_behind()


def test_the_kernel_itself_refuses_what_nobody_has_seen_yet() -> None:
    code = (
        "import os, time\nchildren = 0\n"
        "try:\n"
        "    while children < 1000:\n"
        "        if not os.fork(): time.sleep(99)\n"
        "        children += 1\n"
        "except OSError: pass\n"
        "print(children, flush=True)"
    )
    out = io.BytesIO()
    with Sandbox(limits=SMALL).command([sys.executable, "-c", code, MARKER]) as (command, files):
        watched(command, files, replace(SMALL, processes=5000), out)
    assert 0 < int(out.getvalue()) < refused_beyond(SMALL.processes)
    assert not left_behind()


def test_what_a_killed_review_left_is_swept_away_and_what_another_uses_is_not(tmp_path: Path) -> None:
    left, used, fresh = (tmp_path / f"{processes.PREFIX}{name}" for name in ("left", "used", "fresh"))
    other = tmp_path / "another-s"
    for each in (left, used, fresh, other):
        each.mkdir()
    # A control group with a process in it cannot be removed, as a folder with a file in it cannot.
    (used / "process").touch()
    for each in (left, used, other):
        os.utime(each, (0, 0))
    processes._sweep(tmp_path)
    assert set(tmp_path.iterdir()) == {used, fresh, other}


def test_the_disk_ends_where_it_must(inside: Inside) -> None:
    code = (
        "import os\n"
        "def fill(place):\n"
        "    done = 0\n"
        "    try:\n"
        "        for n in range(5000):\n"
        "            with open(f'{place}/{n}', 'wb') as file:\n"
        "                file.write(bytes(2**20))\n"
        "            done += 1\n"
        "    except OSError: pass\n"
        "    return done\n"
        f"print(sum(map(fill, ('/tmp', '{HOME}', '/dev/shm', '/run/artia', '/dev', '/', '/home'))))"
    )
    ending, said = inside(code, replace(SMALL, memory_bytes=GB))
    # Half of it in each of two places; the shared memory and the sockets have their own.
    assert ending.stopped == "" and int(said) <= 64 + 64 + 8


def test_descriptors_end_where_they_must(inside: Inside) -> None:
    code = "kept = []\ntry:\n    while True: kept.append(open('/dev/null'))\nexcept OSError: print(len(kept))"
    _ending, said = inside(code)
    assert int(said) < 64


def test_a_complaint_of_a_gigabyte_is_cut(inside: Inside) -> None:
    ending, _said = inside("import sys\nfor _ in range(1024): sys.stderr.write('x' * 2**20)")
    assert ending.stopped == "" and len(ending.complaint) <= 8192


def test_what_is_left_running_ends_with_it(inside: Inside) -> None:
    code = (
        "import subprocess, sys, os\n"
        f"for _ in range(3): subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)', '{MARKER}'],"
        " start_new_session=True, stdout=1)\n"
        "print('done', flush=True); os._exit(0)"
    )
    ending, said = inside(code)
    assert said == b"done\n" and ending.seconds < 15
    assert not left_behind()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_the_reviewer(number: int) -> None:
    code = (
        "import io, sys\n"
        "from artia_lab.review.limits import Limits\n"
        "from artia_lab.review.sandbox import Sandbox\n"
        "from artia_lab.review.watch import watched\n"
        "inside = 'import time; print(1, flush=True); time.sleep(99)'\n"
        f"with Sandbox(limits=Limits()).command([sys.executable, '-c', inside, '{MARKER}']) as (command, files):\n"
        "    watched(command, files, Limits(), open(1, 'wb', 0))\n"
    )
    reviewer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert reviewer.stdout and reviewer.stdout.readline() == b"1\n"
    assert left_behind()
    reviewer.send_signal(number)
    reviewer.wait()
    reviewer.stdout.close()
    until = time.monotonic() + 10
    while left_behind() and time.monotonic() < until:
        time.sleep(0.05)
    assert not left_behind()


def left_behind() -> list[int]:
    """List the processes of a sandbox that live, but for the reviewer's own, which has the marker in its code."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if words and words[-1] == MARKER and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


def _linked(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info, to.encode()


@pytest.mark.parametrize(
    "entries",
    [
        [("../../escaped", b"x")],
        [("/etc/escaped", b"x")],
        [("runs\\..\\escaped", b"x")],
        [_linked("runs/a/outputs/text.txt", "/etc/passwd")],
        [_linked("runs", "/tmp"), ("runs/escaped", b"x")],
        [("outcome.json", b"{}"), ("OUTCOME.JSON", b"{}")],
        [("outcome.json", b"[" * 100_000)],
        [("outcome.json", b"x" * (9 * MB))],
    ],
    ids=["up", "absolute", "backslash", "link to a file", "link to a folder", "twice", "nested", "large"],
)
def test_what_comes_out_is_not_believed(tmp_path: Path, entries: list[Any]) -> None:
    with zipfile.ZipFile(tmp_path / "results.zip", "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    before = set(tmp_path.parent.iterdir())
    got = _received(tmp_path / "results.zip", tmp_path / "results", SMALL)
    assert isinstance(got, Text) and got.en.endswith(".")
    assert set(tmp_path.parent.iterdir()) == before and not Path("/etc/escaped").exists()
    assert not any(each.is_symlink() for each in tmp_path.rglob("*"))


def test_links_among_the_results_are_not_followed(inside: Inside, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "run = Path('out/runs/n/20260101-000000-a-ffffff/outputs'); run.mkdir(parents=True)\n"
        "(run / 'a.txt').symlink_to('/etc/passwd'); (run / 'b').symlink_to('/etc')\n"
        "(run / 'c.txt').write_text('c')\n"
        "import os; os.mkfifo(run / 'd.txt')\n"
        "from artia_lab.review import inside\n"
        "import zipfile, io\n"
        "buffer = io.BytesIO()\n"
        "with zipfile.ZipFile(buffer, 'w') as archive:\n"
        "    for name, path in inside._files(Path('out'), {'output': ''}): inside._send(archive, name, path)\n"
        "print(zipfile.ZipFile(buffer).namelist())"
    )
    ending, said = inside(code)
    assert said.decode().strip() == "['runs/20260101-000000-a-ffffff/outputs/c.txt']", ending
