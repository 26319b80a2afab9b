"""Messages between a broker and those who use it: JSON objects, one a line, short, and checked before use.

From a worker: ``ask`` for a place; ``here``, to take the one that was granted; ``used_j`` and ``resumable`` while
it computes; ``stays`` when it cannot leave. From a facilitator: ``tell``, ``boost``, ``pause``, ``free`` or
``extend``.
From the broker: ``wait``, ``granted``, ``go``, ``leave``, ``told``, ``refused``.
"""

from __future__ import annotations

import json
import math
import re
import socket
import time
from typing import Any

# A broker that is there takes what it is told within this, in s.
PATIENCE_S = 5.0
# No honest message comes near it; the answers to facilitators do not pass through here.
LIMIT_BYTES = 4096
NAME = re.compile(r"[\w.@+-]{1,128}")
TOKEN = re.compile(r"[\w.:~+/=-]{1,512}")


class Garbled(ValueError):
    """What came is no message."""


class Lines:
    """Puts together the lines of a stream.

    Parameters
    ----------
    limit : int
        How long a line may be, in bytes.
    """

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit, self._rest = limit, b""

    def feed(self, piece: bytes) -> list[dict[str, Any]]:
        """Take in what came.

        Parameters
        ----------
        piece : bytes
            Some bytes, cut anywhere.

        Returns
        -------
        list of dict
            The messages that are now complete.

        Raises
        ------
        Garbled
            If a line is too long or is no JSON object.
        """
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > self._limit or any(len(each) > self._limit for each in whole):
            raise Garbled("a line is too long")
        return [_read(each) for each in whole]


def line(message: dict[str, Any]) -> bytes:
    """Write a message down.

    Parameters
    ----------
    message : dict
        JSON types.

    Returns
    -------
    bytes
        One line.
    """
    return json.dumps(message, allow_nan=False).encode() + b"\n"


def number(message: dict[str, Any], name: str, low: float, high: float, default: float) -> float:
    """Read a number.

    Parameters
    ----------
    message : dict
        What came.
    name : str
        Its name.
    low, high : float
        What it is brought between.
    default : float
        What it is when it was left out.

    Returns
    -------
    float
        Finite.

    Raises
    ------
    Garbled
        If it is no finite number.
    """
    value = message.get(name, default)
    if type(value) not in (int, float) or not math.isfinite(value):
        raise Garbled(name)
    return float(min(max(value, low), high))


def name(message: dict[str, Any], key: str, pattern: re.Pattern[str] = NAME) -> str:
    """Read a name.

    Parameters
    ----------
    message : dict
        What came.
    key : str
        What it is called.
    pattern : re.Pattern
        What it must look like.

    Returns
    -------
    str
        The name; ``""`` when it was left out.

    Raises
    ------
    Garbled
        If it is none.
    """
    value = message.get(key, "")
    if type(value) is not str or (value and not pattern.fullmatch(value)):
        raise Garbled(key)
    return value


def boolean(message: dict[str, Any], key: str) -> bool:
    """Read a yes or no.

    Parameters
    ----------
    message : dict
        What came.
    key : str
        What it is called.

    Returns
    -------
    bool
        False when it was left out.

    Raises
    ------
    Garbled
        If it is neither.
    """
    value = message.get(key, False)
    if type(value) is not bool:
        raise Garbled(key)
    return value


class Line:
    """One end of a connection, for those who may wait.

    Parameters
    ----------
    connection : socket.socket
        Connected; owned.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._lines = connection, Lines(1 << 24)
        self._ready: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        """Send a message.

        Parameters
        ----------
        message : dict
            JSON types.

        Raises
        ------
        OSError
            If the other end is gone, or does not read.
        """
        self._connection.sendall(line(message))

    def receive(self, wait_s: float) -> dict[str, Any] | None:
        """Give the next message.

        Parameters
        ----------
        wait_s : float
            For how long to wait at most, in s; 0 for not at all.

        Returns
        -------
        dict or None
            The message; None when there is none.

        Raises
        ------
        OSError
            If the other end is gone; `Garbled` becomes one, too.
        """
        end = time.monotonic() + wait_s
        while not self._ready:
            self._connection.settimeout(max(0.0, end - time.monotonic()))
            try:
                piece = self._connection.recv(65536)
            except (BlockingIOError, TimeoutError):
                return None
            finally:
                self._connection.settimeout(PATIENCE_S)
            if not piece:
                raise ConnectionResetError("the broker is gone")
            try:
                self._ready += self._lines.feed(piece)
            except Garbled as error:
                raise ConnectionResetError(str(error)) from error
        return self._ready.pop(0)

    def close(self) -> None:
        """Hang up, which gives back the place that was held through this connection."""
        self._connection.close()


def _read(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error
    if type(found) is not dict:
        raise Garbled("no object")
    return found


def _refuse(_constant: str) -> Any:
    raise ValueError
