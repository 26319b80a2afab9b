"""Messages between the fork server and those who use it: JSON with its length before it, and file descriptors."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

LENGTH = struct.Struct("!I")

# Arguments and an environment; the kernel itself allows no more to a process it starts.
MESSAGE_LIMIT_BYTES = 8 * 1024 * 1024
DESCRIPTORS_LIMIT = 64


def send(line: socket.socket, message: Any, descriptors: Sequence[int] = ()) -> None:
    """Send one message.

    Parameters
    ----------
    line : socket.socket
        A connected Unix socket.
    message : JSON types
        What to say.
    descriptors : sequence of int
        Open file descriptors to hand over.

    Raises
    ------
    OSError
        If the other end is gone.
    """
    content = json.dumps(message).encode()
    content = LENGTH.pack(len(content)) + content
    # A short message arrives whole or not at all: whoever reads it is not held up in its middle.
    sent = socket.send_fds(line, [content], list(descriptors))
    # Whoever has it all may have left already: even to send nothing would fail then.
    if sent < len(content):
        line.sendall(content[sent:])


def receive(line: socket.socket) -> tuple[Any, list[int]]:
    """Receive one message.

    Parameters
    ----------
    line : socket.socket
        A connected Unix socket.

    Returns
    -------
    message : JSON types
        What was said.
    descriptors : list of int
        The file descriptors handed over; they belong to the caller.

    Raises
    ------
    EOFError
        If the other end is gone.
    OSError
        If the message is too long, or is none; what was handed over with it is closed.
    """
    head, descriptors, _flags, _from = socket.recv_fds(line, LENGTH.size, DESCRIPTORS_LIMIT)
    with contextlib.ExitStack() as handed_over:
        for each in descriptors:
            handed_over.callback(os.close, each)
        if not head:
            raise EOFError
        head += _exactly(line, LENGTH.size - len(head))
        (length,) = LENGTH.unpack(head)
        if length > MESSAGE_LIMIT_BYTES:
            raise OSError(f"a message of {length} bytes")
        try:
            message = json.loads(_exactly(line, length))
        except ValueError as error:
            raise OSError("not a message") from error
        handed_over.pop_all()
    return message, descriptors


def _exactly(line: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = line.recv(min(size - len(content), 1 << 20))
        if not piece:
            raise EOFError
        content += piece
    return content
