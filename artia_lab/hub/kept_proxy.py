"""The proxy of a hub that is opened again: kept, with its routes and the websockets that go through it."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
from jupyterhub.proxy import ConfigurableHTTPProxy
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.ioloop import PeriodicCallback

ANSWERS_S = 5.0


class Kept:
    """A proxy that an earlier hub started, which answers as a `subprocess.Popen` does.

    Parameters
    ----------
    pid : int
        Its process.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.pid = pid

    def poll(self) -> int | None:
        """Say whether it has ended.

        Returns
        -------
        int or None
            None while it lives; how it ended, nobody knows: -1.
        """
        try:
            alive = self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            alive = False
        return None if alive else -1

    def terminate(self) -> None:
        """End it."""
        self._process.terminate()


class KeptProxy(ConfigurableHTTPProxy):
    """Takes over the proxy that is there, if it knows our token; replaces it if it does not, or is gone.

    Whoever keeps the hub alive gives each hub the same token, in the variable ``CONFIGPROXY_AUTH_TOKEN``.
    """

    async def start(self) -> None:
        """Take it over, or start one."""
        kept = await self._found()
        if kept is None:
            await super().start()
            return
        self.log.info("The proxy is still there: pid %i", kept.pid)
        self.proxy_process = kept
        self._check_running_callback = PeriodicCallback(self.check_running, 1e3 * self.check_running_interval)
        self._check_running_callback.start()

    async def _found(self) -> Kept | None:
        if not os.environ.get("CONFIGPROXY_AUTH_TOKEN"):
            return None
        try:
            kept = Kept(int(Path(self.pid_file).read_text(encoding="ascii")))
            headers = {"Authorization": f"token {self.auth_token}"}
            request = HTTPRequest(f"{self.api_url}/api/routes", headers=headers, request_timeout=ANSWERS_S)
            await AsyncHTTPClient().fetch(request)
        except (OSError, ValueError, HTTPClientError, psutil.Error):
            return None
        return kept
