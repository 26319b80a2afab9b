"""The seat's word to the board of its hub: what has changed, and otherwise that it is still there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.httpclient import AsyncHTTPClient, HTTPError

from artia_lab.web import snapshot

LOOK_S, MEASURE_S, BEAT_S = 1.0, 15.0, 15.0
# After the board was away, and how long it keeps a request for orders at most, in s.
RETRY_S, POLL_S = 1.0, 40.0


def board() -> tuple[str, str] | None:
    """Say where the board is.

    Returns
    -------
    (str, str) or None
        Its address and this seat's token; None for a lab that is on no hub.
    """
    address, token = os.environ.get("ARTIA_BOARD", ""), os.environ.get("JUPYTERHUB_API_TOKEN", "")
    return (address, token) if address and token else None


class Reporter:
    """Tells the board how a seat goes, and takes its orders.

    Parameters
    ----------
    server : jupyter_server.serverapp.ServerApp
        The seat.
    address, token : str
        As `board` gives them.
    obey : callable
        Given each order; a coroutine function.
    """

    def __init__(
        self, server: Any, address: str, token: str, obey: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        self._server, self._address, self._token, self._obey = server, address, token, obey
        self.positions = snapshot.Positions()
        self._runs = snapshot.Runs()
        # Not at once: a seat that starts has more urgent things to do.
        self._memory_mb, self._measured = 0.0, time.monotonic()

    async def run(self) -> None:
        """Report and obey until the server ends."""
        await asyncio.gather(self._report(), self._fetch())

    async def _report(self) -> None:
        told: dict[str, Any] | None = None
        spoke = float("-inf")
        while True:
            try:
                now = await self._look()
                if now != told or time.monotonic() - spoke > BEAT_S:
                    news = now if now != told else {}
                    answer = await self._ask("api/report", method="POST", body=json.dumps(news))
                    told, spoke = (now if answer.get("known") else None), time.monotonic()
            except (OSError, HTTPError, ValueError):
                # A board that is away, or was started again, is told everything anew.
                told = None
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(LOOK_S)

    async def _fetch(self) -> None:
        last: int | None = None
        while True:
            try:
                query = "" if last is None else f"?after={last}"
                answer = await self._ask(f"api/orders{query}", request_timeout=POLL_S)
                last = int(answer["last"])
                for order in answer["orders"]:
                    with contextlib.suppress(OSError, ValueError, KeyError):
                        await self._obey(order)
            except (OSError, HTTPError, ValueError, KeyError):
                await asyncio.sleep(RETRY_S)

    async def _look(self) -> dict[str, Any]:
        sessions = await ensure_async(self._server.session_manager.list_sessions())
        kernels = self._server.kernel_manager
        known = {each: kernels.get_kernel(each) for each in list(kernels.list_kernel_ids())}
        files = {each: kernel.connection_file for each, kernel in known.items()}
        pids = [pid for kernel in known.values() if (pid := getattr(kernel.provisioner, "pid", None))]
        return await asyncio.to_thread(self._sum_up, sessions, files, pids)

    def _sum_up(self, sessions: list[dict[str, Any]], files: dict[str, str], kernels: list[int]) -> dict[str, Any]:
        works, counts = self._runs.look()
        if time.monotonic() - self._measured > MEASURE_S:
            self._memory_mb = snapshot.memory_mb([*kernels, *self._runs.workers()])
            self._measured = time.monotonic()
        root = snapshot.root_of(self._server)
        return {
            "where": snapshot.place(sessions, files, root, self.positions),
            "works": works,
            "counts": counts,
            "memory_mb": self._memory_mb,
        }

    async def _ask(self, path: str, **more: Any) -> dict[str, Any]:
        headers = {"Authorization": f"token {self._token}"}
        answer = await AsyncHTTPClient().fetch(f"{self._address}/{path}", headers=headers, **more)
        content = json.loads(answer.body)
        if type(content) is not dict:
            raise ValueError("no JSON object")
        return content
