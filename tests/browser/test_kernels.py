"""A warm kernel in JupyterLab: whatever befalls it, the person sees what ipykernel shows."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

WHO = "import os, sys; print(os.getpid(), 'torch' in sys.modules)"
WAITS = "import time\nprint('begun', flush=True)\ntime.sleep(600)"
KEEPS = "kept = 3"
ASKS = "print('kept' in globals())"
ENDS = "import os; os._exit(3)"
KERNELS = {"artia": "True", "python3": "False"}


@pytest.fixture(params=KERNELS)
def book(request: pytest.FixtureRequest, notebook: Any) -> Any:
    """Open a notebook in a kernel; ours is warm once the fork server is there."""
    opened = notebook(WHO, WAITS, KEEPS, ASKS, ENDS, kernel=request.param)
    until = time.monotonic() + 90
    while not opened.execute(0).strip().endswith(KERNELS[request.param]):
        assert time.monotonic() < until, "no kernel is warm here"
        time.sleep(1)
        opened.restart_kernel()
    return opened


def number(book: Any) -> int:
    """Give the number of the kernel's process."""
    return int(book.execute(0).split()[0])


def begun(book: Any) -> None:
    """Begin the long cell, and see it work."""
    book.begin(1)
    expect(book.page.get_by_text("begun", exact=True)).to_be_visible()
    expect(indicator(book.page)).to_have_attribute("data-status", "busy")


def indicator(page: Page) -> Any:
    """Find the circle that says what the kernel does."""
    return page.locator(".jp-Notebook-ExecutionIndicator").first


def gone(pid: int) -> bool:
    """Wait until there is no process of this number."""
    until = time.monotonic() + 20
    while (alive := Path("/proc", str(pid)).exists()) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive


def menu(page: Page, item: str) -> None:
    """Choose from the menu Kernel."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile(item)).first.click()


def test_an_interrupt_ends_the_cell_and_keeps_the_rest(book: Any) -> None:
    book.execute(2)
    pid = number(book)
    begun(book)
    menu(book.page, "^Interrupt Kernel")
    expect(book.page.get_by_text("KeyboardInterrupt").first).to_be_visible()
    expect(indicator(book.page)).to_have_attribute("data-status", "idle")
    assert book.execute(3) == "True\n" and number(book) == pid


def test_a_restart_forgets_and_is_at_once_ready(book: Any) -> None:
    book.execute(2)
    pid = number(book)
    menu(book.page, r"^Restart Kernel(…|\.\.\.)")
    book.page.get_by_role("button", name="Confirm Kernel Restart").click()
    assert gone(pid)
    expect(indicator(book.page)).to_have_attribute("data-status", "idle")
    assert book.execute(3) == "False\n" and number(book) != pid


def test_a_shutdown_leaves_no_kernel(book: Any) -> None:
    pid = number(book)
    menu(book.page, "^Shut Down Kernel$")
    assert gone(pid)
    expect(book.page.get_by_role("button", name=re.compile("No Kernel")).first).to_be_visible()
    assert book.lab.ask("api/kernels") == []


@pytest.mark.parametrize("how", ["crash", "kill -9"])
def test_one_that_dies_is_said_to_restart_and_does(book: Any, how: str) -> None:
    book.execute(2)
    pid = number(book)
    if how == "crash":
        book.begin(4)
    else:
        begun(book)
        os.kill(pid, signal.SIGKILL)
    dialog = book.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Kernel Restarting")
    expect(dialog).to_contain_text(re.compile("appears to have died. It will restart automatically"))
    dialog.get_by_role("button", name="Ok").click()
    assert gone(pid)
    expect(indicator(book.page)).to_have_attribute("data-status", "idle")
    assert book.execute(3) == "False\n" and number(book) != pid
