"""The fork server: ``python -m artia_lab.warm.server``, started by `artia_lab.warm.launch` with its lock held.

It imports, settles, and then waits for requests in one thread. What it must never do before a fork, because the
child would inherit half of it: start a thread, compute with a tensor, open a CUDA context, draw at random.

Where it works for every account it belongs to root, and has a second socket, its door, that anyone may connect to.
It reads nothing of what comes in there: the child does, once it is the visitor's (`artia_lab.warm.accounts`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from artia_lab.warm import wire
from artia_lab.warm.accounts import Visitor
from artia_lab.warm.address import Address, peer
from artia_lab.warm.child import Child, CurrentStream
from artia_lab.warm.disk import Fingerprint
from artia_lab.warm.imports import import_all, settle, threads

# How often a server that nobody asks looks at the clock and at its socket, in s.
TICK_S = 5.0

# How often it looks whether what it imported is still what stands on the disk, though nobody asks, in s.
LOOK_S = 60.0

# A person who sends half a message must not hold up the others, in s.
PATIENCE_S = 2.0

# How many processes one account may have from a server for all, and how many connections that say nothing yet.
CHILDREN_EACH, SILENT_EACH = 200, 16

# How long a connection to the door may say nothing, in s.
SILENCE_S = 10.0


class Server:
    """A process that has imported everything, and forks.

    Parameters
    ----------
    address : Address
        Where to listen.
    imports : sequence of str
        Modules to import.
    idle_seconds : float
        How long to stay when nobody uses it, in s.
    lock : int
        A descriptor of the address's lock, held.
    """

    def __init__(self, address: Address, imports: tuple[str, ...], idle_seconds: float, lock: int) -> None:
        self._address, self._idle_seconds, self._lock = address, idle_seconds, lock
        self._pid = os.getpid()
        with Fingerprint.of_imports() as self._disk:
            import_all(imports)
        settle()
        # Held until there is no other left: to close it makes room to turn someone away.
        self._spare = os.open(os.devnull, os.O_RDONLY)
        self._poll = select.poll()
        # Connections by descriptor; children by the descriptor that says when they end.
        self._lines: dict[int, socket.socket] = {}
        self._children: dict[int, tuple[int, socket.socket]] = {}
        # Those who came in by the door, by the descriptor of their connection, and since when; they have said
        # nothing. And whose process each child is, by the number of the one who asked for it.
        self._visitors: dict[int, tuple[Visitor, float]] = {}
        self._askers: dict[int, tuple[int, int]] = {}
        self._listener: socket.socket | None = self._listen(address.socket, 0o077)
        self._door = self._listen(address.door, 0) if address.for_all else None
        self._inode = address.socket.stat().st_ino
        self._last_use = time.monotonic()

    def serve(self) -> Child | None:
        """Answer until nobody needs this server any more.

        Returns
        -------
        Child or None
            In a forked child, what it shall become; None in the server, at its end.
        """
        try:
            while self._listener is not None or self._children:
                for descriptor, _event in self._poll.poll(min(TICK_S, self._idle_seconds) * 1000):
                    if self._listener is not None and descriptor == self._listener.fileno():
                        self._accept(self._listener)
                    elif self._door is not None and descriptor == self._door.fileno():
                        self._accept(self._door)
                    elif descriptor in self._visitors:
                        child = self._serve(self._lines[descriptor])
                        if child is not None:
                            return child
                    elif descriptor in self._children:
                        self._bury(descriptor)
                    elif descriptor in self._lines:
                        child = self._answer(self._lines[descriptor])
                        if child is not None:
                            return child
                self._consider_leaving()
        finally:
            # In a child the files are the server's, not its own.
            if self._listener is not None and os.getpid() == self._pid:
                self._close()
        return None

    def _listen(self, place: Path, umask: int) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        # Whoever held the lock before us is gone; its socket is not worth keeping.
        place.unlink(missing_ok=True)
        os.umask(umask)
        listener.bind(str(place))
        os.umask(0o077)
        listener.listen(256)
        self._poll.register(listener, select.POLLIN)
        return listener

    def _accept(self, listener: socket.socket) -> None:
        try:
            line, _from = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._turn_away(listener)
            return
        if listener is self._door:
            try:
                visitor = Visitor.at(line)
            except OSError:
                line.close()
                return
            if self._is_too_much(visitor.uid):
                line.close()
                return
            self._visitors[line.fileno()] = visitor, time.monotonic()
        elif not _is_ours(line):
            line.close()
            return
        # What is sent to someone who does not listen must not hold up the others either.
        line.settimeout(PATIENCE_S if listener is self._listener else 0.0)
        self._lines[line.fileno()] = line
        self._poll.register(line, select.POLLIN)

    def _turn_away(self, listener: socket.socket) -> None:
        """Close a connection for which no descriptor is left: one that waited would wake this process for ever."""
        os.close(self._spare)
        with contextlib.suppress(OSError):
            listener.accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def _is_too_much(self, uid: int) -> bool:
        """Tell whether an account has as many processes, or silent connections, as it may."""
        silent = sum(each.uid == uid for each, _since in self._visitors.values())
        return silent >= SILENT_EACH or sum(whose == uid for _pid, whose in self._askers.values()) >= CHILDREN_EACH

    def _serve(self, line: socket.socket) -> Child | None:
        """Fork for whoever came in by the door; the child finds out what they want."""
        self._last_use = time.monotonic()
        self._poll.unregister(line)
        del self._lines[line.fileno()]
        visitor, _since = self._visitors.pop(line.fileno())
        refused = ""
        if self._disk.changed():
            self._close()
            refused = "what is installed changed"
        elif threads() != 1:
            refused = "a library started a thread"
        else:
            try:
                return self._fork(line, {"dies_with_us": False}, [], visitor)
            except OSError as error:
                refused = str(error)
        with contextlib.suppress(OSError):
            wire.send(line, {"refused": refused})
        line.close()
        return None

    def _answer(self, line: socket.socket) -> Child | None:
        self._last_use = time.monotonic()
        self._poll.unregister(line)
        del self._lines[line.fileno()]
        descriptors: list[int] = []
        try:
            request, descriptors = wire.receive(line)
            if self._disk.changed():
                # The next one who asks shall find no server, and start one that knows what is on the disk.
                self._close()
                wire.send(line, {"refused": "what is installed changed"})
            elif threads() != 1:
                # It stays to refuse: another one would do no better.
                wire.send(line, {"refused": "a library started a thread"})
            elif "start" in request:
                return self._fork(line, request["start"], descriptors)
            elif request.get("ask") == "children":
                wire.send(line, {"children": [[pid, asker] for pid, (asker, _uid) in self._askers.items()]})
            else:
                wire.send(line, {"pid": self._pid})
        except (OSError, EOFError, KeyError, TypeError) as error:
            # To whoever asked in earnest; the others have left, or do not listen.
            with contextlib.suppress(OSError):
                wire.send(line, {"failed": str(error)})
        finally:
            if os.getpid() == self._pid:
                for each in descriptors:
                    os.close(each)
        if line not in (kept for _pid, kept in self._children.values()):
            line.close()
        return None

    def _fork(
        self, line: socket.socket, request: dict[str, Any], descriptors: list[int], visitor: Visitor | None = None
    ) -> Child | None:
        with contextlib.ExitStack() as descriptors_of_ours:
            guardian = None
            if request["dies_with_us"]:
                guardian = os.pidfd_open(peer(line)[0])
                descriptors_of_ours.callback(os.close, guardian)
            # Taken before the fork: a child that could not be watched would never be buried.
            room = os.dup(self._spare)
            descriptors_of_ours.callback(os.close, room)
            pid = os.fork()
            if pid == 0:
                descriptors_of_ours.pop_all()
                self._forget()
                return Child(line, request, descriptors, guardian, visitor)
        ending = os.pidfd_open(pid)
        self._children[ending] = pid, line
        asker, uid = (visitor.pid, visitor.uid) if visitor else peer(line)
        self._askers[pid] = asker, request.get("account", uid)
        self._poll.register(ending, select.POLLIN)
        return None

    def _forget(self) -> None:
        """In a child: let go of what is the server's, so that nothing closes these numbers again later."""
        if self._listener is not None:
            self._listener.close()
        for descriptor, (_pid, line) in self._children.items():
            os.close(descriptor)
            line.close()
        for line in self._lines.values():
            line.close()
        if self._door is not None:
            self._door.close()

    def _bury(self, ending: int) -> None:
        """Tell whoever started a child how it ended."""
        self._last_use = time.monotonic()
        pid, line = self._children.pop(ending)
        self._askers.pop(pid, None)
        self._poll.unregister(ending)
        os.close(ending)
        _pid, status = os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            wire.send(line, {"ended": os.waitstatus_to_exitcode(status)})
        line.close()

    def _consider_leaving(self) -> None:
        for descriptor, (_visitor, since) in list(self._visitors.items()):
            if time.monotonic() - since > SILENCE_S:
                del self._visitors[descriptor]
                line = self._lines.pop(descriptor)
                self._poll.unregister(line)
                line.close()
        if self._listener is None:
            return
        try:
            ours = self._address.socket.stat().st_ino == self._inode
        except OSError:
            ours = False
        unused = 0.0 if self._children or self._lines else time.monotonic() - self._last_use
        if not ours or unused > self._idle_seconds or (unused > LOOK_S and self._disk.changed(LOOK_S)):
            self._close(ours)

    def _close(self, ours: bool = True) -> None:
        if self._listener is None:
            return
        self._poll.unregister(self._listener)
        self._listener.close()
        self._listener = None
        if self._door is not None:
            self._poll.unregister(self._door)
            self._door.close()
            self._door = None
        if ours:
            self._address.socket.unlink(missing_ok=True)
            self._address.door.unlink(missing_ok=True)
            # Read by whoever wonders why it died; it has not.
            self._address.log.unlink(missing_ok=True)
        os.close(self._lock)


def _is_ours(line: socket.socket) -> bool:
    try:
        return peer(line)[1] == os.getuid()
    except OSError:
        return False


def main(folder: str, key: str, whom: str, idle_seconds: str, lock: str, *imports: str) -> None:
    """Serve until nobody needs this server; in a child, run what was asked.

    Parameters
    ----------
    folder, key : str
        The address.
    whom : {"owner", "all"}
        Whether it serves every account of the machine.
    idle_seconds : str
        How long to stay when nobody uses it, in s.
    lock : str
        Number of the descriptor of the address's lock, held.
    *imports : str
        Modules to import.
    """
    # This module's own folder is no place to import from.
    if not sys.flags.safe_path:
        del sys.path[0]
    for name in ("AS", "CPU", "DATA", "FSIZE", "NOFILE"):
        # Those of whoever happened to start it are not everyone's; each child gets its own.
        number = getattr(resource, f"RLIMIT_{name}")
        resource.setrlimit(number, (resource.getrlimit(number)[1],) * 2)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout, sys.stderr = CurrentStream("stdout"), CurrentStream("stderr")
    address = Address(folder=Path(folder), key=key, for_all=whom == "all")
    # Named, so that a child does not take it apart: to free it is to write into 12 MB of memory that was shared.
    server = Server(address, imports, float(idle_seconds), int(lock))
    child = server.serve()
    if child is not None:
        child.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
