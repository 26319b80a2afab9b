"""People-like clients of a hub: they join, wait for their seat, open a notebook's kernel, and run a first cell."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass
class Person:
    """Somebody at a browser.

    Attributes
    ----------
    hub : str
        Where the hub is, without the last slash.
    name, password : str
        What they type on its first page.
    kernel : str
        The kernel of their notebook.
    patience_s : float
        How long they wait for any one answer, in s.
    took : dict
        How long each step took since they came, in s.
    failed : str
        Why they are not served, or ``""``.
    """

    hub: str
    name: str
    password: str
    kernel: str
    patience_s: float
    took: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    _began: float = 0.0
    _channel: Any = None
    _browser: Any = None

    async def come(self, after: float, cell: str, compute: bool = True) -> None:
        """Come after a while, and do everything once; the page stays open."""
        await asyncio.sleep(after)
        self._began = time.monotonic()
        self._browser = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=self.patience_s)
        )
        try:
            await self._join()
            await self._sit_down()
            if compute:
                await self._compute(cell)
        except Exception as error:
            self.failed = f"{type(error).__name__}: {error}"[:200]

    async def leave(self) -> None:
        """Close the page."""
        if self._channel is not None:
            await self._channel.close()
        if self._browser is not None:
            await self._browser.close()

    def since(self, moment: float) -> float:
        """Say how many seconds after a moment they came."""
        return self._began - moment

    def _did(self, step: str) -> None:
        self.took[step] = time.monotonic() - self._began

    def _xsrf(self, path: str) -> str:
        for cookie in self._browser.cookie_jar:
            if cookie.key == "_xsrf" and cookie["path"].rstrip("/") == path:
                return str(cookie.value)
        return ""

    async def _join(self) -> None:
        async with self._browser.get(f"{self.hub}/hub/login") as page:
            xsrf = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', await page.text())
        form = {"username": self.name, "password": self.password, "_xsrf": xsrf[1] if xsrf else ""}
        async with self._browser.post(f"{self.hub}/hub/login?next=%2Fhub%2Fhome", data=form) as page:
            page.raise_for_status()
        self._did("joined")

    async def _sit_down(self) -> None:
        """Ask for the seat; what cannot be served yet is asked for again, as a person does."""
        seat = f"{self.hub}/user/{self.name}"
        while True:
            async with self._browser.get(f"{self.hub}/hub/spawn/{self.name}") as page:
                where, status = str(page.url), page.status
            if status == 429 or status >= 500:
                await asyncio.sleep(2)
                continue
            if "spawn-pending" in where:
                await self._wait_for_the_page()
            async with self._browser.get(f"{seat}/lab") as page:
                if page.status == 200 and str(page.url).startswith(seat):
                    await page.read()
                    break
            await asyncio.sleep(0.5)
        self._did("seated")

    async def _wait_for_the_page(self) -> None:
        headers = {"X-XSRFToken": self._xsrf("/hub")}
        address = f"{self.hub}/hub/api/users/{self.name}/server/progress"
        async with self._browser.get(address, headers=headers) as events:
            async for line in events.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event.get("ready") or event.get("failed"):
                        return

    async def _compute(self, cell: str) -> None:
        seat = f"{self.hub}/user/{self.name}"
        headers = {"X-XSRFToken": self._xsrf(f"/user/{self.name}")}
        for asked in ("api/kernelspecs", "api/sessions", "api/contents?content=1"):
            async with self._browser.get(f"{seat}/{asked}", headers=headers) as answer:
                await answer.read()
        wanted = {"path": "work.ipynb", "type": "notebook", "name": "work.ipynb", "kernel": {"name": self.kernel}}
        async with self._browser.post(f"{seat}/api/sessions", json=wanted, headers=headers) as answer:
            answer.raise_for_status()
            kernel = (await answer.json())["kernel"]["id"]
        address = f"{seat.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        self._channel = await self._browser.ws_connect(address, max_msg_size=0, heartbeat=30)
        self._did("connected")
        asked = message(cell)
        await self._channel.send_str(json.dumps(asked))
        while True:
            said = await self._channel.receive(timeout=self.patience_s)
            if said.type is not aiohttp.WSMsgType.TEXT:
                if said.type is aiohttp.WSMsgType.BINARY:
                    continue
                raise ConnectionError(f"the websocket closed: {said.type.name}")
            answer = json.loads(said.data)
            if (
                answer["msg_type"] == "execute_reply"
                and answer["parent_header"]["msg_id"] == asked["header"]["msg_id"]
            ):
                if answer["content"]["status"] != "ok":
                    raise RuntimeError(str(answer["content"].get("evalue")))
                break
        self._did("computed")


def message(code: str) -> dict[str, Any]:
    """Write what a page sends to run a cell."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
    header |= {"username": "", "version": "5.3", "date": "2026-01-01T00:00:00Z"}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    content |= {"allow_stdin": False, "stop_on_error": True}
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
