"""What passes between the fork server and the others."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from artia_lab.warm import wire


def test_a_message_and_its_descriptors_arrive_whole() -> None:
    here, there = socket.socketpair()
    with here, there:
        threading.Thread(target=wire.send, args=(here, {"text": "é" * 500_000}, [0])).start()
        message, descriptors = wire.receive(there)
    assert message == {"text": "é" * 500_000}
    assert len(descriptors) == 1
    os.close(descriptors[0])


def test_whoever_has_the_whole_message_may_leave_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = socket.socketpair()
    send_fds = socket.send_fds

    def _send_then_leave(*args: object) -> int:
        sent = send_fds(*args)  # type: ignore[arg-type]
        there.close()
        return sent

    monkeypatch.setattr(socket, "send_fds", _send_then_leave)
    with here:
        wire.send(here, {"pid": 1})


def test_what_was_handed_over_with_nonsense_is_closed() -> None:
    here, there = socket.socketpair()
    ended, held = os.pipe()
    with here, there:
        socket.send_fds(here, [wire.LENGTH.pack(3) + b"{{{"], [held])
        os.close(held)
        with pytest.raises(OSError, match="not a message"):
            wire.receive(there)
    # Nobody holds the other end of the pipe any more.
    assert os.read(ended, 1) == b""
    os.close(ended)
