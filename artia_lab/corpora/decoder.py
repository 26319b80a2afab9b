"""The parent's side of the process that decodes: starts it, feeds it, and replaces it when it dies or dawdles."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.corpora.names import open_item
from artia_lab.corpora.refusals import refusal
from artia_lab.errors import Failure, MaterialError
from artia_lab.i18n import _

if TYPE_CHECKING:
    import numpy as np

SECONDS_PER_FILE = 60.0
SECONDS_TO_START = 60.0
HEADER_BYTES = 4096
MAX_ANSWER_BYTES = 4 << 30
PACKAGE_PARENT = str(Path(__file__).parent.parent.parent)
# Its package imports what lists and describes corpora, which the child has no use for: 10 ms to start, not 75.
START = """
import sys, types
sys.path[:] = sys.argv[1:]
corpora = sys.modules["artia_lab.corpora"] = types.ModuleType("artia_lab.corpora")
corpora.__path__ = [sys.argv[1] + "/artia_lab/corpora"]
from artia_lab.corpora.decode_child import main
main()
"""
SURROUNDINGS = {
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Decoder:
    """One child process that decodes files, started when first needed and replaced when it fails.

    Parameters
    ----------
    seconds : float
        How long one file may take, in s.
    """

    def __init__(self, seconds: float = SECONDS_PER_FILE) -> None:
        self.seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._one_at_a_time = threading.Lock()

    def decode(self, folder: Path, file: str, request: Mapping[str, Any]) -> np.ndarray | bytearray:
        """Decode one file.

        Parameters
        ----------
        folder : Path
            The corpus folder.
        file : str
            The item's name in it.
        request : mapping
            What to do, as `artia_lab.corpora.decode_child.serve` reads it.

        Returns
        -------
        np.ndarray or bytearray
            A picture or a sound; the UTF-8 of a text.

        Raises
        ------
        MaterialError
            If the file cannot be read or decoded.
        Failure
            If no child process could be started, or a package it needs is not installed.
        """
        with self._one_at_a_time:
            descriptor = open_item(folder, file)
            try:
                facts, payload = self._ask(descriptor, request)
            except TimeoutError:
                self._stop()
                raise MaterialError(refusal("time", file, {"seconds": round(self.seconds)})) from None
            except (ConnectionError, EOFError, ValueError, KeyError, TypeError):
                self._stop()
                raise MaterialError(refusal("crash", file)) from None
            except BaseException:  # interrupted half-way through an answer: the next one needs a fresh channel
                self._stop()
                raise
            finally:
                os.close(descriptor)
        if "lacks" in facts:
            raise Failure(
                _("The Python package {name} is needed to open “{file}”. Install it: pip install {name}").format(
                    name=facts["lacks"], file=file
                )
            )
        if "refused" in facts:
            raise MaterialError(refusal(str(facts["refused"]), file, facts.get("facts")))
        return payload

    def close(self) -> None:
        """Stop the child process, if there is one."""
        with self._one_at_a_time:
            self._stop()

    def _ask(self, descriptor: int, request: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        channel = self._started()
        deadline = time.monotonic() + self.seconds
        channel.settimeout(self.seconds)
        socket.send_fds(channel, [json.dumps(dict(request)).encode("ascii")], [descriptor])
        facts, rest = _header(channel, deadline)
        if "size" not in facts:
            return facts, b""
        if not 0 <= int(facts["size"]) <= MAX_ANSWER_BYTES:
            raise ValueError(facts["size"])
        if "dtype" not in facts:
            words = bytearray(facts["size"])
            _fill(channel, memoryview(words), rest, deadline)
            return facts, words
        import numpy as np

        # Only these two are ever sent: a child that was taken over cannot choose another.
        dtype = {"uint8": np.uint8, "float32": np.float32}[facts["dtype"]]
        array = np.empty([int(n) for n in facts["shape"]], dtype)
        if array.nbytes != facts["size"]:
            raise ValueError(facts["shape"])
        _fill(channel, memoryview(array.data).cast("B"), rest, deadline)
        return facts, array

    def _started(self) -> socket.socket:
        if self._channel and self._child and self._child.poll() is None:
            return self._channel
        self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", "-S", "-c", START, PACKAGE_PARENT, *(p for p in sys.path if p)]
            self._channel = ours
            try:
                self._child = subprocess.Popen(
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env=SURROUNDINGS,
                    start_new_session=True,
                )
            except OSError as error:
                self._stop()
                raise _cannot_start() from error
        try:
            _header(ours, time.monotonic() + SECONDS_TO_START)
        except (OSError, EOFError, ValueError):
            self._stop()
            raise _cannot_start() from None
        return ours

    def _stop(self) -> None:
        if self._channel:
            self._channel.close()
        if self._child:
            self._child.kill()
            self._child.wait()
        self._channel = self._child = None


def _cannot_start() -> Failure:
    return Failure(_("The program that opens files could not start. Run “artia doctor” to see what is missing."))


def _header(channel: socket.socket, deadline: float) -> tuple[dict[str, Any], bytes]:
    """Read one line of JSON; also gives what was received after it."""
    received = b""
    while b"\n" not in received:
        if len(received) > HEADER_BYTES:
            raise ValueError(len(received))
        channel.settimeout(max(0.001, deadline - time.monotonic()))
        part = channel.recv(HEADER_BYTES)
        if not part:
            raise EOFError
        received += part
    line, _newline, rest = received.partition(b"\n")
    facts = json.loads(line)
    if not isinstance(facts, dict):
        raise ValueError(facts)
    return facts, rest


def _fill(channel: socket.socket, view: memoryview, rest: bytes, deadline: float) -> None:
    view[: len(rest)] = rest
    filled = len(rest)
    while filled < len(view):
        channel.settimeout(max(0.001, deadline - time.monotonic()))
        received = channel.recv_into(view[filled:])
        if not received:
            raise EOFError
        filled += received
