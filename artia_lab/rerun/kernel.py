"""A kernel that is ready as soon as it answers, and gone as soon as it has ended.

`jupyter_client` waits 0.2 s at a kernel's start for messages that nbclient leaves aside anyway, and looks every
0.1 s whether it has ended: together as long as many a small notebook takes.
"""

from __future__ import annotations

import asyncio
import time
from queue import Empty

from jupyter_client import AsyncKernelClient, AsyncKernelManager
from traitlets import default

# How long a kernel may take to end when asked, in s: what it does then (atexit) is part of the notebook, but one
# that waits for a process it has left running would never end.
FAREWELL_S = 2.5

# A rerun is not what a person has typed: it leaves their history alone, and waits for no lock of it. nbclient asks
# for the same, of kernels that are called python3.
WITHOUT_HISTORY = "--HistoryManager.hist_file=:memory:"


class Client(AsyncKernelClient):
    """Speaks with a kernel, from its first answer on."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and its outputs arrive.

        Parameters
        ----------
        timeout : float, optional
            How long at most, in s.

        Raises
        ------
        RuntimeError
            If the kernel ends, or does not answer in time.
        """
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < until:
            self.kernel_info()
            try:
                await self.get_shell_msg(timeout=1)
                # An output channel that connects too late would lose the first outputs.
                await self.get_iopub_msg(timeout=0.2)
                return
            except Empty:
                if not await self.is_alive():
                    raise RuntimeError("the kernel ended before it was ready") from None
        raise RuntimeError(f"the kernel was not ready after {timeout:.0f} s")


class Kernel(AsyncKernelManager):
    """Starts a kernel, and ends it without delay."""

    @default("client_factory")
    def _client_factory_default(self) -> type[AsyncKernelClient]:
        return Client

    async def shutdown_kernel(  # type: ignore[override]
        self, now: bool = False, restart: bool = False
    ) -> None:
        """End the kernel.

        Parameters
        ----------
        now : bool
            Whether to kill it; otherwise it is asked, and killed when it does not heed.
        restart : bool
            Whether it will start again.
        """
        if now or not await self._heeded():
            await super().shutdown_kernel(now=True, restart=restart)

    async def _heeded(self) -> bool:
        await self.request_shutdown()
        until, pause = time.monotonic() + FAREWELL_S, 0.005
        while await self.is_alive():
            if time.monotonic() > until:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        return True
