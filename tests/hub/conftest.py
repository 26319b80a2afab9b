"""A real hub with its proxy, and people at browsers, each at an address of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from requests.adapters import HTTPAdapter

from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import opening
from artia_lab.hub.workshops.records import Workshop

STARTED_S = 90


class Address(HTTPAdapter):
    """Sends requests from one address of this machine."""

    def __init__(self, address: str) -> None:
        self._from = (address, 0)
        super().__init__()

    def init_poolmanager(self, *words: Any, **named: Any) -> None:
        """Make connections from the address."""
        super().init_poolmanager(*words, source_address=self._from, **named)


@dataclass
class Room:
    """A hub in a process of its own."""

    settings: Settings
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """Where it is, without the last slash."""
        return self.settings.url.rstrip("/")

    @property
    def config(self) -> Path:
        """Its settings."""
        return self.folder / "hub.toml"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def open(self) -> None:
        """Open it as `artia hub` does, and wait until it answers."""
        words = [str(Path(sys.executable).with_name("artia")), "hub", "--config", str(self.config)]
        environment = os.environ | {"ARTIA_HOME": str(self.folder / "home"), "ARTIA_LANG": "en"}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder, env=environment)
        end = time.monotonic() + STARTED_S
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, self.log
            time.sleep(0.2)

    def answers(self) -> bool:
        """Whether the hub answers behind its proxy."""
        try:
            return requests.get(f"{self.url}/hub/api/", timeout=5).ok
        except requests.RequestException:
            return False

    def close(self) -> None:
        """Close it as Ctrl-C does, and leave nothing of it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STARTED_S)
        for each in psutil.process_iter(["environ"]):
            if any(str(self.folder) in value for value in (each.info["environ"] or {}).values()):
                each.send_signal(signal.SIGKILL)

    def workshop(self, name: str, **given: Any) -> Workshop:
        """Open a workshop on it, while it runs."""
        wanted = {"seats": 30, "hours": 1, "language": "fr", "title": "Nuit blanche"} | given
        return opening.open_workshop(self.settings, name=name, **wanted)

    def artia(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the hub's machine."""
        command = [str(Path(sys.executable).with_name("artia")), *words, "--config", str(self.config)]
        environment = os.environ | {"ARTIA_LANG": "en"}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


class Browser(requests.Session):
    """Somebody at a browser."""

    def __init__(self, room: Room, address: str = "127.0.0.1") -> None:
        super().__init__()
        self.room, self.user, self.secret = room, "", ""
        self.headers["Accept-Language"] = "en"
        self.mount("http://", Address(address))

    def request(self, *words: Any, **named: Any) -> requests.Response:  # type: ignore[override]
        """Ask; pages say themselves how they are written, as browsers know."""
        answer = super().request(*words, **named)
        answer.encoding = "utf-8"
        return answer

    def to(self, path: str, **given: Any) -> requests.Response:
        """Open a page of the server."""
        return self.get(f"{self.room.url}{path}", timeout=60, **given)

    def fill(self, path: str, *, headers: dict[str, str] | None = None, **form: str) -> requests.Response:
        """Fill in the form of a page, and send it."""
        page = self.to(path)
        xsrf = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', page.text)
        assert xsrf, page.text
        return self.post(
            f"{self.room.url}{path}", data=form | {"_xsrf": unescape(xsrf[1])}, headers=headers, timeout=60
        )

    def join(self, code: str, shown_name: str) -> requests.Response:
        """Join a workshop; afterwards `user` and `secret` are known."""
        answer = self.fill("/hub/join", code=code, shown_name=shown_name)
        if found := re.search(r'class="code"[^>]*>([^<]+)<', answer.text):
            self.secret = found[1]
            seat = re.search(r"/hub/spawn/([\w-]+)\?next=([^\"]+)\"", answer.text)
            assert seat, answer.text
            self.user = seat[1]
        return answer

    def enter(self, name: str, password: str) -> requests.Response:
        """Enter by the hub's first page."""
        self.user = name
        return self.fill("/hub/login", username=name, password=password)

    def seat(self) -> str:
        """Start one's seat, wait for it, and give its address."""
        self.to(f"/hub/spawn/{self.user}")
        end = time.monotonic() + STARTED_S
        address = f"{self.room.url}/user/{self.user}"
        while True:
            page = self.to(f"/user/{self.user}/lab")
            if page.ok and page.url.startswith(address):
                return address
            assert time.monotonic() < end, self.room.log
            time.sleep(0.3)

    def api(self, method: str, path: str) -> requests.Response:
        """Ask the hub's API, as a page of the hub does."""
        self.to("/hub/home")
        xsrf = next(each.value for each in self.cookies if each.name == "_xsrf" and each.path == "/hub/")
        return self.request(method, f"{self.room.url}/hub/api/{path}", headers={"X-XSRFToken": xsrf}, timeout=60)


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on."""
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="module")
def new_room() -> Iterator[Callable[..., Room]]:
    """Open hubs, and leave nothing of them behind."""
    opened: list[Room] = []
    # Sockets have short names.
    with tempfile.TemporaryDirectory(prefix="artia-") as short:
        Path(short).chmod(0o755)

        def make(**given: object) -> Room:
            port, hub_port, proxy_port = free_ports(3)
            folder = Path(short, str(len(opened)))
            folder.mkdir()
            wanted: dict[str, Any] = {
                "port": port,
                "hub_port": hub_port,
                "proxy_port": proxy_port,
                "language": "fr",
            }
            wanted |= {"state_folder": str(folder / "state"), "log_level": "info"} | given
            lines = (f"{name} = {json.dumps(value)}\n" for name, value in wanted.items())
            (folder / "hub.toml").write_text("".join(lines))
            settings = {name: tuple(value) if isinstance(value, list) else value for name, value in wanted.items()}
            room = Room(Settings(**settings), folder)
            opened.append(room)
            room.open()
            return room

        yield make
        for room in opened:
            room.close()


@pytest.fixture(scope="session")
def browser() -> type[Browser]:
    """Give what makes somebody at a browser."""
    return Browser
