"""A fork server for every account: each person's processes are theirs and no more, and nobody gets another's.

The tests need root, as such a server does; elsewhere what it refuses is tested without.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

import artia_lab
from artia_lab.warm import accounts, prepare, wire
from artia_lab.warm.address import Address, Untrusted, connect, shared_folder
from artia_lab.warm.launch import fork
from artia_lab.warm.starting import Site, find

ROOT = Path(artia_lab.__file__).parents[1]

# What a process says of itself, as one JSON document.
PROBE = """
import json, os, resource, sys
def may(do, *args):
    try:
        do(*args)
    except (OSError, ValueError):
        return False
    return True
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
fds = {}
for name in os.listdir("/proc/self/fd"):
    try:
        fds[name] = [os.readlink(f"/proc/self/fd/{name}"), os.fstat(int(name)).st_uid]
    except (OSError, ValueError):
        pass
print(json.dumps({
    "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(), "env": dict(os.environ), "fds": fds,
    "capabilities": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "no_new": status["NoNewPrivs"].strip(), "umask": oct(os.umask(0)), "cwd": os.getcwd(),
    "processes": resource.getrlimit(resource.RLIMIT_NPROC), "files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "escapes": [may(os.setuid, 0), may(os.setgid, 0), may(os.setgroups, [0]), may(os.chroot, "/"),
                may(open, "/etc/shadow"), may(resource.setrlimit, resource.RLIMIT_NPROC, (10**6, 10**6))],
    "started_with": open("/proc/self/environ").read(), "leads": os.getsid(0) == os.getpid(), "nice": os.nice(0),
    "keys": open("/proc/keys").read() if os.path.exists("/proc/keys") else "",
}))
"""

# A person's own process, which asks the server as a seat does for its kernels.
ASK = """
import os, resource, sys
from artia_lab.warm import launch
read, write = os.pipe()
os.umask(0o027)
resource.setrlimit(resource.RLIMIT_NPROC, (333, 444))
process = launch(sys.argv[1], sys.argv[2:], stdout=write)
os.close(write)
print(open(read).read(), flush=True)
print("cold:", process.cold, "code:", process.wait(30), file=sys.stderr)
"""

# Says anything at the door, and prints what comes back.
SAY = """
import json, os, socket, struct, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
said = sys.argv[2].encode("latin-1").decode("unicode_escape").encode("latin-1")
descriptors = [os.open(os.devnull, os.O_RDWR), 1, 1]
socket.send_fds(line, [said], descriptors)
line.settimeout(15)
print(line.recv(4096), flush=True)
try:
    line.sendall(b"1")
    line.recv(4096)
except OSError:
    pass
"""


@dataclass(frozen=True)
class Door:
    """A fork server of root's for all."""

    folder: Path
    modules: Path
    site: Site
    environment: dict[str, str]

    @property
    def address(self) -> Address:
        """Where it is."""
        found = find(self.environment, accounts_log, self.site)
        assert found is not None
        return found

    def python(self, user: str, script: str, *args: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a script as an account."""
        entry = pwd.getpwnam(user)
        more = {"extra_groups": [], "group": entry.pw_gid} | more
        return subprocess.run(
            [sys.executable, "-c", script, *args],
            env=self.environment | {"HOME": "/tmp", "ARTIA_WARM_SERVER": str(self.folder)},
            user=entry.pw_uid,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            **more,
        )

    def say(self, user: str, message: bytes) -> str:
        """Say something at the door as an account, and give what comes back."""
        written = message.decode("latin-1").encode("unicode_escape").decode()
        return self.python(user, SAY, str(self.address.door), written).stdout

    def seat(self, uid: int, **more: Any) -> dict[str, Any] | None:
        """Ask, as root does, for a process of an account."""
        read, write = os.pipe()
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            process = fork(
                "probe",
                [],
                env=self.environment | {"HOME": "/"},
                cwd="/",
                streams=[nothing, write, write],
                site=self.site,
                account=uid,
                **more,
            )
        finally:
            os.close(write)
            os.close(nothing)
        with os.fdopen(read) as said:
            text = said.read()
        return json.loads(text) if process is not None else None


def request(**changed: Any) -> bytes:
    """Write a request as `launch` does, with something changed."""
    asked = {"module": "probe", "args": [], "env": {}, "cwd": "/", "umask": 0o022, "nice": 0, "limits": []}
    content = json.dumps({"start": asked | {"pass_fds": [], "dies_with_us": False} | changed}).encode()
    return wire.LENGTH.pack(len(content)) + content


if os.geteuid() == 0:
    import logging

    accounts_log = logging.getLogger("tests")

    @pytest.fixture(scope="module")
    def door() -> Iterator[Door]:
        """Have a server of root's, with a short list of imports and a secret in root's environment."""
        folder = Path(tempfile.mkdtemp(prefix="ad-", dir="/tmp"))
        modules = folder / "modules"
        modules.mkdir()
        (modules / "probe.py").write_text(PROBE)
        (folder / "w.toml").write_text('imports = ["decimal", "json"]\nidle_seconds = 60\n')
        for each in (folder, modules):
            each.chmod(0o755)
        environment = {"PATH": os.environ["PATH"], "GOMP_SPINCOUNT": "10000", "PYTHONPATH": f"{modules}:{ROOT}"}
        site = Site(imports=folder / "w.toml", shared=str(folder))
        found = Door(folder, modules, site, environment | {"ARTIA_WARM": str(site.imports)})
        assert prepare(wait=True, env=found.environment | {"A_SECRET": "hush", "MY_TOKEN": "hush"}, site=site)
        yield found
        for each in psutil.process_iter(["cmdline"]):
            if str(folder) in " ".join(each.info["cmdline"] or []):
                each.kill()
        shutil.rmtree(folder)

    @pytest.fixture(scope="module")
    def theirs(door: Door) -> dict[str, Any]:
        """What a process is that a person in root's group asked for."""
        asked = door.python("nobody", ASK, "probe", extra_groups=[0, 4])
        assert "cold:  code: 0" in asked.stderr, asked.stderr
        return json.loads(asked.stdout)

    def test_whoever_asks_gets_a_process_of_their_own_account(theirs):
        nobody = pwd.getpwnam("nobody")
        assert (theirs["uid"], theirs["gid"]) == ([nobody.pw_uid] * 3, [nobody.pw_gid] * 3)

    def test_groups_are_the_account_s_and_not_root_s_nor_the_asker_s(theirs):
        nobody = pwd.getpwnam("nobody")
        assert set(theirs["groups"]) == set(os.getgrouplist("nobody", nobody.pw_gid)) and 0 not in theirs["groups"]

    def test_no_capability_is_left_and_none_comes_back(theirs):
        assert {int(each, 16) for each in theirs["capabilities"]} == {0}
        assert theirs["no_new"] == "1" and theirs["escapes"] == [False] * 6

    def test_no_descriptor_of_root_s_is_left(theirs):
        streams = {theirs["fds"][name][0] for name in "012"}
        others = {name: each for name, each in theirs["fds"].items() if name not in "012"}
        assert all(each == "/dev/null" or each.startswith("pipe:") for each in streams)
        # A handle of the process itself, and the listing that it is reading.
        assert all(each[0] == "anon_inode:[pidfd]" or each[0].endswith("/fd") for each in others.values())

    def test_the_environment_is_the_asker_s_and_the_server_has_no_secret(theirs):
        assert theirs["env"]["HOME"] == "/tmp" and "A_SECRET" not in theirs["env"]
        assert "hush" not in theirs["started_with"] and "/root\x00" not in theirs["started_with"]

    def test_umask_limits_folder_and_session_are_the_asker_s(theirs):
        assert (theirs["umask"], theirs["processes"], theirs["cwd"]) == ("0o27", [333, 444], "/")
        assert theirs["leads"] and theirs["nice"] >= 0

    def test_no_key_of_root_s_session_is_in_reach(theirs):
        # Where the system keeps keys at all: only those of the account are listed, and none of root's.
        assert not any(f" {0} " in line and "_ses" in line for line in theirs["keys"].splitlines())

    def test_root_gets_a_process_of_the_account_that_it_names(door):
        daemon = pwd.getpwnam("daemon")
        said = door.seat(daemon.pw_uid, limits={7: (64, 128)})
        assert said["uid"] == [daemon.pw_uid] * 3 and said["files"] == [64, 128]
        assert {int(each, 16) for each in said["capabilities"]} == {0} and said["escapes"] == [False] * 6

    @pytest.mark.parametrize("uid", [0, 99_999, -1, 2**32])
    def test_nobody_gets_root_s_process_nor_one_of_an_account_that_is_not_there(door, uid):
        assert door.seat(uid) is None

    def test_a_person_who_names_another_account_stays_themselves(door):
        nobody, daemon = pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("daemon").pw_uid
        for other in (0, daemon):
            said = door.say("nobody", request(account=other, env={"PYTHONPATH": str(door.modules)}))
            assert f'"uid": [{nobody}, {nobody}, {nobody}]' in said, said

    def test_a_person_cannot_open_the_socket_of_root_nor_write_beside_it(door):
        script = (
            "import os, socket, sys\n"
            "line = socket.socket(socket.AF_UNIX)\n"
            "for what in (lambda: line.connect(sys.argv[1]), lambda: os.unlink(sys.argv[2]),"
            " lambda: open(os.path.dirname(sys.argv[1]) + '/x', 'w')):\n"
            "    try:\n        what()\n    except PermissionError:\n        print('refused')\n"
        )
        said = door.python("nobody", script, str(door.address.socket), str(door.address.door)).stdout
        assert said.split() == ["refused"] * 3

    def test_root_does_not_come_in_by_the_door_of_all(door):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(door.address.door))
            # Closed without a word, before anything is read.
            with pytest.raises((ConnectionError, AssertionError)):
                line.sendall(request())
                assert line.recv(1), "closed"

    @pytest.mark.parametrize(
        "asked",
        [
            b"",
            b"\x00",
            b"\xff\xff\xff\xff",
            b"\x00\x00\x00\x05hello",
            b"\x00\x00\x00\x02[]",
            request(limits=[[7, [2**62, 2**62]]]),
            request(cwd="/root"),
            request(umask="x"),
            request(pass_fds=[0, 1, 2, 3]),
            request(nice=-20),
        ],
        ids=["nothing", "half", "huge", "words", "list", "limits", "cwd", "umask", "descriptors", "nice"],
    )
    def test_whatever_is_said_at_the_door_the_server_goes_on_and_gives_nothing_of_root_s(door, asked):
        if asked:
            said = door.say("nobody", asked)
            assert '"uid"' not in said
        else:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(door.address.door))
        assert "cold:  code: 0" in door.python("nobody", ASK, "probe").stderr

    def test_whoever_stands_behind_walls_gets_nothing(door):
        daemon = pwd.getpwnam("daemon")
        written = request().decode("latin-1").encode("unicode_escape").decode()
        asked = subprocess.run(
            [
                "unshare",
                "--user",
                "--map-current-user",
                sys.executable,
                "-c",
                SAY,
                str(door.address.door),
                written,
            ],
            env=door.environment,
            user=daemon.pw_uid,
            group=daemon.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )
        # Where people may not put up walls of their own, there is nothing to get out of.
        assert "behind walls" in asked.stdout or asked.stderr.startswith("unshare: "), (asked.stdout, asked.stderr)
        assert '"uid"' not in asked.stdout

    def test_many_who_say_nothing_keep_nobody_else_out(door):
        script = (
            "import socket, sys, time\n"
            "lines = []\n"
            "for _each in range(60):\n"
            "    line = socket.socket(socket.AF_UNIX)\n    line.connect(sys.argv[1])\n    lines.append(line)\n"
            "print('there', flush=True)\ntime.sleep(30)\n"
        )
        nobody = pwd.getpwnam("nobody")
        crowd = subprocess.Popen(
            [sys.executable, "-c", script, str(door.address.door)],
            user=nobody.pw_uid,
            stdout=subprocess.PIPE,
            cwd="/",
        )
        try:
            assert crowd.stdout is not None and crowd.stdout.readline() == b"there\n"
            began = time.monotonic()
            assert "cold:  code: 0" in door.python("daemon", ASK, "probe").stderr
            assert time.monotonic() - began < 15
        finally:
            crowd.kill()
            crowd.wait()
            crowd.stdout.close()

    def test_a_folder_that_others_could_write_to_is_not_trusted(tmp_path):
        tmp_path.chmod(0o777)
        with pytest.raises(Untrusted):
            shared_folder(tmp_path)
        tmp_path.chmod(0o755)
        os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
        with pytest.raises(Untrusted):
            shared_folder(tmp_path)

    def test_a_socket_that_somebody_else_put_there_is_not_trusted(door, tmp_path):
        false = Address(folder=tmp_path, key="x", for_all=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(false.socket))
            os.chown(false.socket, pwd.getpwnam("nobody").pw_uid, -1)
            with pytest.raises(Untrusted):
                connect(false, 1.0)

    def test_a_person_finds_no_server_and_starts_none_in_root_s_folder(door):
        environment = door.environment | {"OMP_NUM_THREADS": "7"}
        other = Door(door.folder, door.modules, door.site, environment)
        asked = other.python("nobody", ASK, "probe")
        assert "cold: there is no fork server yet" in asked.stderr and json.loads(asked.stdout)["no_new"] == "0"


def test_an_account_that_is_not_there_is_refused_before_anything_is_given_up():
    with pytest.raises(accounts.Refused):
        accounts.become(4_294_967_000)
    assert os.getcwd()


def test_root_is_nobody_s_to_become():
    with pytest.raises(accounts.Refused):
        accounts.become(0)


@pytest.mark.parametrize(("one", "other", "least"), [(-1, -1, -1), (-1, 5, 5), (5, -1, 5), (0, 5, 0), (7, 5, 5)])
def test_the_lower_of_two_limits_holds_and_none_is_the_highest(one, other, least):
    assert accounts._least(one, other) == least


def test_limits_are_read_as_the_system_says_them():
    import resource

    expected = {number: resource.getrlimit(number)[1] for number in accounts.LIMITS.values()}
    assert accounts._hard_limits(os.getpid()) == expected
