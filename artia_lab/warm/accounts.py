"""A fork server that works for every account of the machine: who asks, and how a child becomes theirs.

Such a server belongs to root. Whoever asks is told by the kernel (``SO_PEERCRED``), never by what they say; the
child is theirs for good, and cannot be more than they are, before it reads the first byte of their request. Who
asks from behind walls (namespaces, a filter of system calls) gets nothing: the child would stand outside of them.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import resource
import signal
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from artia_lab.warm.address import peer

# Numbers of the kernel's, from <sys/prctl.h> and <asm/socket.h>.
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SO_PEERPIDFD = 77

# keyctl(2) has no function in the C library; its number depends on the machine.
KEYCTL = {"x86_64": 250, "aarch64": 219}
KEYCTL_JOIN_SESSION_KEYRING = 1

CAPABILITY_VERSION_3 = 0x20080522
# What the lines of /proc/PID/limits begin with. To ask by a call takes a right that root in a container may lack.
LIMITS = {
    "Max address space": resource.RLIMIT_AS,
    "Max core file size": resource.RLIMIT_CORE,
    "Max cpu time": resource.RLIMIT_CPU,
    "Max data size": resource.RLIMIT_DATA,
    "Max file size": resource.RLIMIT_FSIZE,
    "Max locked memory": resource.RLIMIT_MEMLOCK,
    "Max msgqueue size": resource.RLIMIT_MSGQUEUE,
    "Max nice priority": resource.RLIMIT_NICE,
    "Max open files": resource.RLIMIT_NOFILE,
    "Max pending signals": resource.RLIMIT_SIGPENDING,
    "Max processes": resource.RLIMIT_NPROC,
    "Max realtime priority": resource.RLIMIT_RTPRIO,
    "Max realtime timeout": resource.RLIMIT_RTTIME,
    "Max resident set": resource.RLIMIT_RSS,
    "Max stack size": resource.RLIMIT_STACK,
}
WALLS = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")

# Taken when the server starts: to load it in a child would be to write into what is shared.
_libc = ctypes.CDLL(None, use_errno=True)


class Refused(OSError):
    """Nothing is forked for this account, or for whoever asks in its name."""


@dataclass(frozen=True)
class Visitor:
    """A process at the door of a server that works for every account.

    Attributes
    ----------
    pid : int
        Its number, as it was when it connected.
    uid : int
        Its account.
    """

    pid: int
    uid: int

    @classmethod
    def at(cls, line: socket.socket) -> Visitor:
        """Ask the kernel who is at the other end.

        Parameters
        ----------
        line : socket.socket
            A connected Unix socket.

        Returns
        -------
        Visitor
            Who asks.

        Raises
        ------
        Refused
            If it is root, for whom this door is not.
        """
        pid, uid = peer(line)
        if uid == 0 or pid == 0:
            raise Refused("root does not come in by the door of all")
        return cls(pid, uid)

    def let_in(self, line: socket.socket) -> None:
        """Become a process of the visitor's account, within the visitor's limits; there is no way back.

        Parameters
        ----------
        line : socket.socket
            The connection, by which the kernel is asked whether the process is still the one that connected.

        Raises
        ------
        OSError
            If it cannot be done wholly; this process must then end.
        """
        status = _status(self.pid)
        if {int(each) for each in status["Uid"]} != {self.uid}:
            raise Refused("whoever asks is between two accounts")
        if _walls(self.pid) != _walls(os.getpid()) or _filters(status) != _filters(_status(os.getpid())):
            raise Refused("whoever asks is behind walls")
        hard = _hard_limits(self.pid)
        cores, nice = os.sched_getaffinity(self.pid), os.getpriority(os.PRIO_PROCESS, self.pid)
        # All of this was read of a number; it must not have become another process's meanwhile.
        _is_still_there(line)
        for number, most in hard.items():
            mine = resource.getrlimit(number)
            if mine[1] != most:
                resource.setrlimit(number, (_least(mine[0], most), _least(mine[1], most)))
        os.sched_setaffinity(0, cores)
        if nice > os.getpriority(os.PRIO_PROCESS, 0):
            os.setpriority(os.PRIO_PROCESS, 0, nice)
        become(self.uid)


def become(uid: int) -> None:
    """Become a process of an ordinary account, for good: groups, capabilities, and no way to any other account.

    Parameters
    ----------
    uid : int
        The account; it must be one of the machine's, and not root's.

    Raises
    ------
    OSError
        If it cannot be done wholly; this process must then end.
    """
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Refused(f"there is no account {uid} on this machine") from None
    if uid == 0 or entry.pw_uid != uid:
        raise Refused("root has no processes forked here")
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    os.chdir("/")
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        _prctl(PR_CAPBSET_DROP, capability)
    os.setgroups(groups)
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(uid, uid, uid)
    _leave_keyring()
    # A program that gives its caller another account, such as sudo, gives none here.
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    _drop_capabilities()
    # The kernel has closed /proc/self to the account; a person may look at their own processes. What there is to
    # see is what the server imported, and the server read nothing that is anybody's.
    _prctl(PR_SET_DUMPABLE, 1)
    _make_sure(uid, entry.pw_gid, set(groups))


def _make_sure(uid: int, gid: int, groups: set[int]) -> None:
    """Look at what the kernel says this process is, whatever the calls before answered."""
    status = _status(os.getpid())
    is_theirs = (
        {int(each) for each in status["Uid"]} == {uid}
        and {int(each) for each in status["Gid"]} == {gid}
        and {int(each) for each in status["Groups"]} == groups
        and all(int(status[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
        and status["NoNewPrivs"] == ["1"]
    )
    try:
        os.setresuid(0, 0, 0)
        is_theirs = False
    except PermissionError:
        pass
    if not is_theirs:
        raise Refused("this process did not become the account's")


def _status(pid: int) -> dict[str, list[str]]:
    lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    return {name: rest.split() for name, _colon, rest in (line.partition(":") for line in lines)}


def _hard_limits(pid: int) -> dict[int, int]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    found = {}
    for name, number in LIMITS.items():
        # The name, the soft one, the hard one, and sometimes a unit.
        hard = next(line for line in lines if line.startswith(name)).removeprefix(name).split()[1]
        found[number] = resource.RLIM_INFINITY if hard == "unlimited" else int(hard)
    return found


def _walls(pid: int) -> list[tuple[int, int]]:
    try:
        found = [os.stat(f"/proc/{pid}/{name}") for name in (*[f"ns/{each}" for each in WALLS], "root")]
    except PermissionError:
        # Some walls even root does not look over.
        return []
    return [(each.st_dev, each.st_ino) for each in found]


def _filters(status: dict[str, list[str]]) -> list[str]:
    return [*status.get("Seccomp", []), *status.get("Seccomp_filters", [])]


def _is_still_there(line: socket.socket) -> None:
    try:
        size = struct.calcsize("i")
        (handle,) = struct.unpack("i", line.getsockopt(socket.SOL_SOCKET, SO_PEERPIDFD, size))
    except OSError:
        # Before Linux 6.5 the kernel keeps the number alone.
        return
    try:
        signal.pidfd_send_signal(handle, 0)
    finally:
        os.close(handle)


def _least(one: int, other: int) -> int:
    if resource.RLIM_INFINITY in (one, other):
        return other if one == resource.RLIM_INFINITY else one
    return min(one, other)


def _leave_keyring() -> None:
    """Begin a session keyring of the account's own: whoever is in root's may read the keys there."""
    number = KEYCTL.get(os.uname().machine)
    # Where there are no keyrings, or they are closed to containers, there is nothing to leave.
    if number is not None:
        _libc.syscall(ctypes.c_long(number), ctypes.c_long(KEYCTL_JOIN_SESSION_KEYRING), None)


def _drop_capabilities() -> None:
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    if _libc.capset(header, struct.pack("6I", *[0] * 6)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")
