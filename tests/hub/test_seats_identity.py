"""A process is told from another that got its number later."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace

import pytest

from artia_lab.hub.seats.identity import Identity


@pytest.fixture
def sleeper():
    """Have a process that does nothing."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_a_process_is_itself_while_it_lives_and_nobody_afterwards(sleeper):
    found = Identity.of(sleeper.pid)
    assert found is not None and found.lives()
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    # It has ended, and nobody has buried it yet.
    assert not found.lives() and Identity.of(sleeper.pid) is None
    sleeper.wait()
    assert not found.signal(0)


def test_another_process_with_the_same_number_is_left_alone(sleeper):
    found = Identity.of(sleeper.pid)
    before = replace(found, began=found.began + "1")
    assert not before.lives() and not before.signal(signal.SIGKILL)
    assert sleeper.poll() is None
    assert found.signal(signal.SIGKILL) and sleeper.wait(10) == -signal.SIGKILL


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1])
def test_a_number_that_no_process_has_is_nobody(pid):
    assert Identity.of(pid) is None
