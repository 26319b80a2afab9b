"""A real JupyterLab and a real Chromium, for whatever only a browser can tell."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from artia_lab import corpora
from artia_lab.home import data_folder
from artia_lab.runs import RunFolder, every_run

PLUGIN = Path(__file__).parent.parent / "panel" / "plugin"
TOKEN = "a-token-for-tests"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


class Lab:
    """A JupyterLab server on a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.home, self.root = folder / "home", folder / "home" / "notebooks"
        self.root.mkdir(parents=True)
        switched_on = folder / "config" / "jupyter_server_config.d" / "artia_lab.json"
        switched_on.parent.mkdir(parents=True)
        switched_on.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"artia_lab.web": True}}}))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (folder / "lab.log").open("wb")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--allow-root",
                "--no-browser",
                f"--ServerApp.root_dir={self.root}",
                f"--ServerApp.port={self.port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={TOKEN}",
                f"--LabApp.app_settings_dir={data_folder('hub_config') / 'lab' / 'en'}",
                f"--LabApp.user_settings_dir={folder / 'user'}",
                f"--LabApp.workspaces_dir={folder / 'workspaces'}",
                "--LabApp.expose_app_in_browser=True",
            ],
            env=os.environ
            | {
                "ARTIA_HOME": str(self.home),
                "ARTIA_LANG": "en",
                "PYTHONPATH": os.pathsep.join(filter(None, [str(PLUGIN), os.environ.get("PYTHONPATH")])),
                "JUPYTER_CONFIG_DIR": str(folder / "config"),
                "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
                "IPYTHONDIR": str(folder / "ipython"),
            },
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def ask(self, path: str, method: str = "GET") -> Any:
        """Ask the server something."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def wait_until_ready(self) -> None:
        """Wait for the first answer."""
        for _attempt in range(600):
            try:
                self.ask("api/status")
                return
            except OSError:
                assert self._process.poll() is None, "JupyterLab did not start"
                time.sleep(0.1)
        raise AssertionError("JupyterLab does not answer")

    def end_sessions(self) -> None:
        """End every kernel and every run."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")
        for run in self.runs():
            run.stop()

    def runs(self) -> list[RunFolder]:
        """List the runs made here, the newest first."""
        return every_run(self.home / "runs")

    def close(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait(20)
        self.log.close()


class Notebook:
    """A notebook open in the page."""

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name

    @property
    def address(self) -> str:
        """Where it is; reset, so that no layout of another test comes back."""
        return f"http://127.0.0.1:{self.lab.port}/lab/tree/{self.name}?reset&token={TOKEN}"

    @property
    def panel(self) -> Any:
        """The panel in the page."""
        return self.page.locator("section.artia").first

    def open(self) -> None:
        """Open the notebook and wait for its kernel."""
        self.page.goto(self.address)
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.info",
            timeout=PATIENCE_MS,
        )
        kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        self.page.evaluate(
            f"async () => {{ await jupyterapp.shell.currentWidget.context.ready; await {kernel}.info }}"
        )

    def begin(self, number: int) -> None:
        """Begin to execute a cell, without waiting for its end."""
        self.page.evaluate(
            "number => { const {content} = jupyterapp.shell.currentWidget; content.activeCellIndex = number;"
            " jupyterapp.commands.execute('notebook:run-cell'); }",
            number,
        )

    def execute(self, number: int) -> str:
        """Execute a cell to its end and give the text of its outputs."""
        self.page.evaluate(
            "async number => { const {content} = jupyterapp.shell.currentWidget; content.activeCellIndex = number;"
            " await jupyterapp.commands.execute('notebook:run-cell'); }",
            number,
        )
        return self.text(number)

    def outputs(self, number: int) -> list[dict[str, Any]]:
        """Give the outputs of a cell as they stand now."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "number => jupyterapp.shell.currentWidget.content.model.cells.get(number).outputs.toJSON()", number
        )
        return found

    def text(self, number: int) -> str:
        """Give the text of a cell's outputs."""
        said = []
        for output in self.outputs(number):
            said += [output.get("text"), output.get("data", {}).get("text/plain"), output.get("evalue")]
        return "\n".join("".join(each) for each in said if each)

    def run_all(self) -> None:
        """Choose Run All, without waiting for the end."""
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def restart_kernel(self) -> None:
        """Restart the kernel and wait until it answers."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    def tab_to(self, accessible: Any, most: int = 60) -> None:
        """Press Tab until a control has the focus."""
        for _press in range(most):
            if accessible.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not reach this control")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all browser tests."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module: while Playwright is there its event loop runs, and no other test's could."""
    where = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=where, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own for each test, in the size of a laptop's screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def notebook(lab: Lab, page: Page, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give a function that opens a notebook with these cells, in the kernel of that name."""

    def opened(*cells: str, kernel: str = "python3") -> Notebook:
        name = f"{request.node.name.replace('[', '-').replace(']', '')}.ipynb"
        document = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        )
        nbformat.write(document, lab.root / name)
        there = Notebook(lab, page, name)
        there.open()
        return there

    yield opened
    lab.end_sessions()


@pytest.fixture(scope="session", autouse=True)
def skies(lab: Lab) -> Path:
    """Put a described folder of pictures among the person's corpora."""
    folder: Path = lab.home / "corpora" / "skies"
    folder.mkdir(parents=True)
    for number, name in enumerate(["dawn.png", "dusk.png"]):
        Image.fromarray(np.full((8, 8, 3), 40 * number, dtype=np.uint8)).save(folder / name)
    corpora.describe(folder, title="Two skies", authors=["Ada"], licence="CC-BY-4.0", consent="Given by Ada.")
    return folder
