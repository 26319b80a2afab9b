"""Attempts to leave the sandbox, each a function that returns what it got hold of, or None.

Executed inside as a script: ``python probes.py FILE``; FILE is JSON about what a test has put outside. It
prints one JSON object: what each attempt came to, ``"escaped: …"`` or why not.
"""

from __future__ import annotations

import ctypes
import json
import os
import pty
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROBES: dict[str, Callable[[dict[str, Any]], object]] = {}
LIBC = ctypes.CDLL(None, use_errno=True)
ARM = os.uname().machine == "aarch64"


def probe(function: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    PROBES[function.__name__] = function
    return function


def call(number: int | None, *arguments: object) -> bool:
    """Make a system call; say whether it was granted."""
    if number is None:
        raise OSError("no such call here")
    code = LIBC.syscall(ctypes.c_long(number), *arguments)
    if code < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def readable(place: str) -> object:
    with open(place, "rb") as stream:
        return stream.read(40) or "empty"


def written(place: str) -> object:
    with open(place, "ab") as stream:
        stream.write(b"escaped")
    return f"wrote to {place}"


def first(attempts: list[Callable[[], object]]) -> object:
    """Make several attempts; give the first that succeeded, else raise the last refusal."""
    refusal: Exception = OSError("nothing to try")
    for attempt in attempts:
        try:
            if found := attempt():
                return found
        except Exception as error:
            refusal = error
    raise refusal


def each(places: list[str], attempt: Callable[[str], object]) -> object:
    return first([lambda place=place: attempt(place) for place in places])


@probe
def passwords_of_the_host(_planted: dict[str, Any]) -> object:
    return each(["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh/ssh_host_rsa_key"], readable)


@probe
def ssh_keys(planted: dict[str, Any]) -> object:
    return each([planted["ssh"], os.path.expanduser("~/.ssh/id_rsa"), "/root/.ssh/authorized_keys"], readable)


@probe
def keys_of_the_lab(planted: dict[str, Any]) -> object:
    return each([planted["key"], f"{os.environ['ARTIA_HOME']}/identity/own/leaf.key"], readable)


@probe
def home_of_the_reviewer(planted: dict[str, Any]) -> object:
    return each([planted["home"], "/root", "/home/jovyan", "/var/lib", "/srv", "/mnt"], os.listdir)


@probe
def files_in_tmp(planted: dict[str, Any]) -> object:
    return first([lambda: readable(planted["tmp"]), lambda: os.listdir("/tmp"), lambda: os.listdir("/var/tmp")])


@probe
def published_results(_planted: dict[str, Any]) -> object:
    """What a notebook could copy instead of making it again."""
    found = [str(path) for path in Path("/input").rglob("*") if path.name == "record.json"]
    return found or None


@probe
def secret_in_the_environment(planted: dict[str, Any]) -> object:
    return [name for name, value in os.environ.items() if planted["secret"] in value] or None


@probe
def environment_of_other_processes(planted: dict[str, Any]) -> object:
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if planted["secret"].encode() in place.read_bytes():
                return str(place)
        except OSError:
            continue
    return None


@probe
def command_lines_of_the_host(planted: dict[str, Any]) -> object:
    lines = b"".join(each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline"))
    return "seen" if planted["marker"].encode() in lines or planted["home"].encode() in lines else None


@probe
def inherited_descriptors(_planted: dict[str, Any]) -> object:
    places = [place for name in os.listdir("/proc/self/fd") if os.path.lexists(place := f"/proc/self/fd/{name}")]
    found = {place: os.readlink(place) for place in places if place[-2:] not in ("/0", "/1", "/2")}
    return {place: to for place, to in found.items() if not to.startswith("/proc/")} or None


@probe
def interface_of_the_hub(planted: dict[str, Any]) -> object:
    with urllib.request.urlopen(f"http://127.0.0.1:{planted['port']}/hub/api/users", timeout=2) as answer:
        return answer.read()


@probe
def the_network(_planted: dict[str, Any]) -> object:
    return first(
        [
            lambda: socket.create_connection(("1.1.1.1", 53), 2),
            lambda: socket.create_connection(("169.254.169.254", 80), 2),
            lambda: socket.getaddrinfo("example.org", 80),
            lambda: [name for _n, name in socket.if_nameindex() if name != "lo"],
        ]
    )


@probe
def abstract_socket(planted: dict[str, Any]) -> object:
    line = socket.socket(socket.AF_UNIX)
    line.connect(f"\0{planted['abstract']}")
    return "connected"


@probe
def sockets_in_folders(planted: dict[str, Any]) -> object:
    def connect(place: str) -> object:
        socket.socket(socket.AF_UNIX).connect(place)
        return place

    return each(
        [planted["socket"], "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private"], connect
    )


@probe
def signal_to_the_host(planted: dict[str, Any]) -> object:
    os.kill(planted["victim"], signal.SIGKILL)
    return None  # the test looks whether the victim lives


@probe
def signal_through_its_group(planted: dict[str, Any]) -> object:
    os.killpg(planted["victim"], signal.SIGKILL)
    return None


@probe
def trace_another_process(_planted: dict[str, Any]) -> object:
    return call(117 if ARM else 101, 16, 1, 0, 0)


@probe
def memory_of_another_process(planted: dict[str, Any]) -> object:
    here = ctypes.create_string_buffer(8)
    vector = struct.pack("PP", ctypes.addressof(here), 8)
    return first(
        [
            lambda: call(270 if ARM else 310, 1, vector, 1, vector, 1, 0),
            lambda: open(f"/proc/{planted['victim']}/mem", "rb"),
        ]
    )


@probe
def root_of_another_process(_planted: dict[str, Any]) -> object:
    return each(["/proc/1/root/etc/shadow", "/proc/self/root/../etc/shadow", "/proc/1/cwd/../root"], readable)


@probe
def mount_something(_planted: dict[str, Any]) -> object:
    def mount(source: bytes, target: bytes, kind: bytes, flags: int) -> object:
        return call(40 if ARM else 165, source, target, kind, flags, None)

    return first(
        [
            lambda: mount(b"none", b"/tmp", b"tmpfs", 0),
            lambda: mount(b"proc", b"/tmp", b"proc", 0),
            lambda: mount(b"none", b"/usr", b"", 32 | 4096),
            lambda: call(39 if ARM else 166, b"/usr", 2),
            lambda: call(430, b"tmpfs", 0),
            lambda: call(428, -100, b"/usr", 1),
        ]
    )


@probe
def new_user_namespace(_planted: dict[str, Any]) -> object:
    return call(97 if ARM else 272, 0x10000000)


@probe
def new_user_namespace_by_clone(_planted: dict[str, Any]) -> object:
    for number, arguments in ((220 if ARM else 56, (0x10000000 | 17, 0, 0, 0, 0)),):
        child = LIBC.syscall(ctypes.c_long(number), *arguments)
        if child == 0:
            os._exit(0)
        if child > 0:
            return "cloned"
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@probe
def enter_another_namespace(_planted: dict[str, Any]) -> object:
    return each(
        [f"/proc/1/ns/{name}" for name in ("user", "mnt", "net", "pid")],
        lambda place: call(268 if ARM else 308, os.open(place, os.O_RDONLY), 0),
    )


@probe
def nested_sandbox(_planted: dict[str, Any]) -> object:
    done = subprocess.run(["bwrap", "--unshare-user", "--bind", "/", "/", "true"], capture_output=True)
    return "nested" if done.returncode == 0 else None


@probe
def become_root(_planted: dict[str, Any]) -> object:
    return first(
        [lambda: os.setuid(0) or "uid 0", lambda: os.setgid(0) or "gid 0", lambda: os.setgroups([0]) or "group"]
    )


@probe
def setuid_programs(_planted: dict[str, Any]) -> object:
    copy = shutil.copy("/usr/bin/id", "/tmp/id")
    os.chmod(copy, 0o6755)
    said = subprocess.run([copy, "-u"], capture_output=True, text=True).stdout.strip()
    flags = Path("/proc/self/status").read_text()
    return said if said != "65534" or "NoNewPrivs:\t1" not in flags else None


@probe
def capabilities(_planted: dict[str, Any]) -> object:
    kept = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Cap")]
    return [line for line in kept if int(line.split()[1], 16)] or None


@probe
def device_files(_planted: dict[str, Any]) -> object:
    os.mknod("/tmp/device", 0o600 | 0o020000, os.makedev(1, 1))
    return readable("/tmp/device")


@probe
def memory_and_disks_of_the_machine(_planted: dict[str, Any]) -> object:
    names = (
        "mem",
        "kmem",
        "port",
        "kmsg",
        "sda",
        "vda",
        "nvme0n1",
        "kvm",
        "fuse",
        "net/tun",
        "input/event0",
        "nvidia0",
    )
    return each([*(f"/dev/{name}" for name in names), "/proc/kcore", "/proc/kmsg"], readable)


@probe
def raw_sockets(_planted: dict[str, Any]) -> object:
    return first(
        [
            lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
            lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3),
        ]
    )


@probe
def sockets_to_the_hypervisor(_planted: dict[str, Any]) -> object:
    return first([lambda: socket.socket(40, socket.SOCK_STREAM), lambda: socket.socket(38, socket.SOCK_SEQPACKET)])


@probe
def write_outside(planted: dict[str, Any]) -> object:
    places = [*planted["shown"], "/usr", "/usr/bin", "/etc", "/", "/dev", "/input", "/run", "/home", sys.prefix]
    return each([f"{place}/escaped" for place in places], written)


@probe
def change_what_is_shown(planted: dict[str, Any]) -> object:
    return each([*planted["files"], "/etc/passwd", "/usr/bin/env", "/input/warm.toml"], written)


@probe
def links_to_the_host(planted: dict[str, Any]) -> object:
    def hard(place: str) -> object:
        os.link(place, f"/tmp/{os.path.basename(place)}")
        return place

    return each([planted["tmp"], "/etc/passwd", "/usr/bin/env"], hard)


@probe
def words_in_the_terminal(_planted: dict[str, Any]) -> object:
    import fcntl

    _controller, terminal = pty.openpty()

    def type_in(descriptor: int) -> object:
        fcntl.ioctl(descriptor, 0x5412, b"x")
        return "typed"

    return first([lambda: type_in(os.open("/dev/tty", os.O_RDWR)), lambda: type_in(terminal), lambda: type_in(0)])


@probe
def keyrings(_planted: dict[str, Any]) -> object:
    number = 219 if ARM else 250
    return first(
        [
            lambda: call(number, 0, -3, 0),
            lambda: call(number, 0, -4, 0),
            lambda: call(217 if ARM else 248, b"user", b"artia", b"x", 1, -4),
            lambda: call(218 if ARM else 249, b"user", b"artia", None, 0),
        ]
    )


@probe
def settings_of_the_kernel(_planted: dict[str, Any]) -> object:
    places = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches",
              "/proc/sys/net/ipv4/ip_forward", "/proc/sys/user/max_user_namespaces", "/proc/sysrq-trigger",
              "/sys/power/state", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/cgroup.procs"]  # fmt: skip

    def attempt(place: str) -> object:
        # What it says already: were it granted, nothing should change.
        said = Path(place).read_text() if os.access(place, os.R_OK) else ""
        with open(place, "w") as stream:
            stream.write(said)
        return place

    return each(places, attempt)


@probe
def anything_in_proc(_planted: dict[str, Any]) -> object:
    found = []
    for parent, folders, names in os.walk("/proc"):
        if parent == "/proc":
            folders[:] = [name for name in folders if not name.isdigit() and name not in ("self", "thread-self")]
        found += [place for name in names if os.access(place := f"{parent}/{name}", os.W_OK)]
    return [place for place in found if not place.startswith("/proc/net") and os.path.isfile(place)] or None


@probe
def file_systems_to_write_to(_planted: dict[str, Any]) -> object:
    mine = ("/tmp", "/home/artia", "/run/artia", "/dev/shm", "/proc", "/dev/pts", "/dev/null", "/dev/zero",
            "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")  # fmt: skip
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [place for _what, place, _kind, how, *_ in mounts if "rw" in how.split(",") and place not in mine
            and not place.startswith("/proc/")] or None  # fmt: skip


@probe
def the_clock(_planted: dict[str, Any]) -> object:
    return first(
        [
            lambda: time.clock_settime(time.CLOCK_REALTIME, time.time() + 3600) or "set",
            lambda: call(170 if ARM else 164, struct.pack("ll", 0, 0), None),
        ]
    )


@probe
def chroot(_planted: dict[str, Any]) -> object:
    os.makedirs("/tmp/jail", exist_ok=True)
    os.chroot("/tmp/jail")
    return "in another root"


@probe
def files_by_handle(_planted: dict[str, Any]) -> object:
    handle = struct.pack("Ii", 8, 1) + struct.pack("II", 2, 0)
    return call(265 if ARM else 304, os.open("/usr", os.O_RDONLY), handle, 0)


@probe
def seldom_used_calls(_planted: dict[str, Any]) -> object:
    space = ctypes.create_string_buffer(128)
    numbers = (
        280 if ARM else 321,
        241 if ARM else 298,
        282 if ARM else 323,
        425,
        105 if ARM else 175,
        104 if ARM else 246,
    )
    return first([lambda number=number: call(number, 0, space, 128, 0, 0) for number in numbers])


@probe
def memory_of_nobody(_planted: dict[str, Any]) -> object:
    return first([lambda: os.memfd_create("hidden"), lambda: call(194 if ARM else 29, 0, 1 << 20, 0o600 | 0o1000)])


@probe
def messages_of_the_kernel(_planted: dict[str, Any]) -> object:
    return call(116 if ARM else 103, 10, None, 0)


@probe
def more_than_allowed(_planted: dict[str, Any]) -> object:
    def raised(name: int) -> object:
        _soft, hard = resource.getrlimit(name)
        resource.setrlimit(name, (hard + 1, hard + 1))
        return name

    names = (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
    return first([*(lambda name=name: raised(name) for name in names), lambda: os.nice(-5) and "sooner"])


@probe
def name_of_the_machine(_planted: dict[str, Any]) -> object:
    return first(
        [lambda: socket.sethostname("escaped") or "named", lambda: call(162 if ARM else 171, b"escaped", 7)]
    )


def main(planted: str) -> None:
    found = {}
    for name, attempt in PROBES.items():
        try:
            got = attempt(json.loads(planted))
            found[name] = f"escaped: {got!r}" if got is not None else "nothing"
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text())
