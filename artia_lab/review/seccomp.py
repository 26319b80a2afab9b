"""System calls that no notebook needs, as a filter that the kernel holds a sandbox to.

Namespaces separate what has a namespace. Keyrings, `AF_VSOCK` and what a kernel makes of seldom used calls have
none, and memory behind `memfd_create` or `shmget` is nobody's in the accounts. The filter is a program of classic
BPF: https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html.
"""

from __future__ import annotations

import errno
import os
import struct

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000

# Offsets in what the kernel shows of a call.
NUMBER, ARCHITECTURE, FIRST, SECOND = 0, 4, 16, 24

# How ELF names a machine, then the numbers of system calls on it; None where it lacks one.
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
REFUSED = {
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "unshare": (272, 97), "setns": (308, 268),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
}  # fmt: skip
# Libraries that find these missing do without.
MISSING = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "clone3": (435, 435),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
}  # fmt: skip
CLONE, SOCKET, IOCTL = (56, 220), (41, 198), (16, 29)

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
NEW_NAMESPACES = 0x7E020000
# AF_UNIX, AF_INET, AF_INET6, AF_NETLINK.
FAMILIES = (1, 2, 10, 16)
# TIOCSTI and TIOCLINUX put words in the mouth of whoever sits at the terminal.
TERMINAL = (0x5412, 0x541C)
X32 = 0x40000000


def supported() -> bool:
    """Say whether the calls of this machine are known.

    Returns
    -------
    bool
        True on x86_64 and aarch64.
    """
    return os.uname().machine in MACHINES


def program() -> bytes:
    """Write the filter for this machine.

    Returns
    -------
    bytes
        Instructions, as the kernel reads them.
    """
    machine = list(MACHINES).index(os.uname().machine)
    no, absent = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
    written = [_step(LOAD, ARCHITECTURE), _step(EQUAL, MACHINES[os.uname().machine], 1, 0), _step(RETURN, absent)]
    written += [_step(LOAD, NUMBER), _step(AT_LEAST, X32, 0, 1), _step(RETURN, absent)]
    for calls, answer in ((REFUSED, no), (MISSING, absent)):
        for numbers in calls.values():
            number = numbers[machine]
            if number is not None:
                written += [_step(EQUAL, number, 0, 1), _step(RETURN, answer)]
    written += _if(CLONE[machine], [_step(LOAD, FIRST), _step(ANY_BIT, NEW_NAMESPACES, 0, 1), _step(RETURN, no)])
    known = [_step(EQUAL, family, len(FAMILIES) - place, 0) for place, family in enumerate(FAMILIES)]
    refused = _step(RETURN, REFUSE | errno.EAFNOSUPPORT)
    written += _if(SOCKET[machine], [_step(LOAD, FIRST), *known, refused])
    typed = [step for each in TERMINAL for step in (_step(EQUAL, each, 0, 1), _step(RETURN, no))]
    written += _if(IOCTL[machine], [_step(LOAD, SECOND), *typed])
    return b"".join([*written, _step(RETURN, ALLOW)])


def _if(number: int, steps: list[bytes]) -> list[bytes]:
    """Take some steps for one call, and load its number again."""
    return [_step(EQUAL, number, 0, len(steps) + 1), *steps, _step(LOAD, NUMBER)]


def _step(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)
