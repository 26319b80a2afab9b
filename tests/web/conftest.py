"""A real Jupyter Server with the extension, and runs for it to show."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from artia_lab.runs import Request, RunFolder, runs_folder

CONFIG = Path(__file__).parents[2] / "artia_lab/web/jupyter_server_config.d"
TOKEN = "a-token-for-the-tests"


@dataclass
class Server:
    """A running server, and the folder that is its person's home."""

    url: str
    home: Path

    def client(self) -> requests.Session:
        """Log in as a browser does: with cookies, hence under XSRF protection."""
        session = requests.Session()
        page = session.get(f"{self.url}/login?next=%2Fapi", timeout=20)
        field = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert field
        form = {"password": TOKEN, "_xsrf": field[1]}
        assert session.post(f"{self.url}/login?next=%2Fapi", data=form, timeout=20).ok
        session.headers.update({"Referer": f"{self.url}/lab", "X-XSRFToken": session.cookies["_xsrf"]})
        return session


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server once for all tests."""
    base = tmp_path_factory.mktemp("server")
    home, port = base / "artia", free_port()
    home.mkdir()
    # The file that the package installs is what switches the extension on.
    (base / "etc").mkdir()
    (base / "etc/jupyter_server_config.d").symlink_to(CONFIG)
    environment = os.environ | {
        "ARTIA_HOME": str(home),
        "ARTIA_LANG": "en",
        "ARTIA_WORKSHOP": "nuit",
        "HOME": str(base),
        "JUPYTER_CONFIG_PATH": str(base / "etc"),
        "JUPYTER_TOKEN": TOKEN,
    }
    environment.pop("ARTIA_RUNS", None)
    log = (base / "log").open("w+")
    options = ["--allow-root", "--no-browser", f"--port={port}", f"--ServerApp.root_dir={home}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", *options], env=environment, stdout=log, stderr=log, cwd=base
    )
    url = f"http://127.0.0.1:{port}"
    for _attempt in range(300):
        try:
            requests.get(f"{url}/login", timeout=5)
            break
        except requests.ConnectionError:
            assert process.poll() is None, (base / "log").read_text()
            time.sleep(0.1)
    yield Server(url, home)
    process.terminate()
    process.wait(20)
    log.close()


@pytest.fixture
def client(server: Server) -> Iterator[requests.Session]:
    """Log in."""
    with server.client() as session:
        yield session


@pytest.fixture
def new_run(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[RunFolder, int]]:
    """Make runs in the server's home, claimed by the test."""
    monkeypatch.setenv("ARTIA_HOME", str(server.home))

    def make() -> tuple[RunFolder, int]:
        request = Request(
            experiment="image.self-mosaic",
            parameters={"seed": 0, "noise": 0.0},
            corpus_id="starter",
            corpus_digest="0" * 64,
        )
        assert runs_folder() == server.home / "runs"
        return RunFolder.create(request, runs_folder())

    return make
