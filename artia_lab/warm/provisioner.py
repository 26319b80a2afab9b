"""The kernel provisioner ``artia-warm``: kernels of Jupyter forked from the fork server.

Registered by entry point and named in ``kernels/artia/kernel.json``; JupyterLab, papermill, nbclient and nbval use
it without knowing. A kernel that cannot be warm is started as `jupyter_client` starts any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from artia_lab.warm import sockets
from artia_lab.warm.launch import fork
from artia_lab.warm.process import Forked
from artia_lab.warm.starting import DEFAULTS

LAUNCHER = "ipykernel_launcher"
WARM_LAUNCHER = "artia_lab.warm.start_kernel"

# The kernel sets it when it starts, which is too late for a library that has been imported.
INLINE = "module://matplotlib_inline.backend_inline"

# Shell, control, standard input, output and heartbeat, each a socket.
CHANNELS = 5
LISTENS_WITHIN_MS = 2000


class WarmProvisioner(LocalProvisioner):
    """Start a kernel warm where it can be, cold where not; signal and end it as `LocalProvisioner` does."""

    _sockets: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Let the kernel listen on Unix sockets in a folder of its own.

        TCP ports can be taken by another process between their choice and their use, and anyone on the machine can
        connect to them.

        Parameters
        ----------
        **kwargs : Any
            As `LocalProvisioner.pre_launch`.

        Returns
        -------
        dict
            What `launch_kernel` shall be given.
        """
        manager = self.parent
        if manager is not None and manager.transport == "tcp" and manager.ip in ("", "127.0.0.1", "localhost"):
            await asyncio.to_thread(self._listen_in_private, manager)
        elif manager is not None and self._sockets is not None:
            # A restart. Something may have emptied the folder for temporary files, or ended the session.
            await asyncio.to_thread(self._listen_again, manager)
        kwargs["env"] = DEFAULTS | kwargs.get("env", dict(os.environ))
        return dict(await super().pre_launch(**kwargs))

    def _listen_in_private(self, manager: Any) -> None:
        with contextlib.suppress(OSError):
            self._sockets = sockets.make(self.kernel_id)
            manager.transport, manager.ip, manager.cache_ports = "ipc", str(self._sockets / "k"), False

    def _listen_again(self, manager: Any) -> None:
        before, self._sockets = self._sockets, None
        with contextlib.suppress(OSError):
            self._sockets = sockets.make(self.kernel_id)
        if self._sockets == before:
            return
        # Elsewhere, so that whoever speaks with it must connect anew; on ports, where no folder can be made.
        manager.cleanup_connection_file()
        manager.cleanup_random_ports()
        if self._sockets is None:
            manager.transport, manager.ip = "tcp", "127.0.0.1"
        else:
            manager.ip = str(self._sockets / "k")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel.

        Parameters
        ----------
        cmd : list of str
            The command of its kernelspec.
        **kwargs : Any
            As `subprocess.Popen`: ``env``, ``cwd``, ``stdout``, ``stderr``; and ``independent``.

        Returns
        -------
        dict
            How to connect to it.
        """
        process = await asyncio.to_thread(self._fork, cmd, kwargs)
        if process is None:
            return await super().launch_kernel([*cmd, *_told(cmd, kwargs)], **kwargs)
        # What the base class asks of a Popen, a forked process answers.
        self.process = process  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        await self._listening(process)
        return self.connection_info

    async def _listening(self, process: Forked) -> None:
        """Wait until the kernel listens: ZeroMQ, once refused, tries again only after 100 ms."""
        with contextlib.suppress(OSError):
            for _attempt in range(LISTENS_WITHIN_MS // 4 if self._sockets is not None else 0):
                if len(os.listdir(self._sockets)) >= CHANNELS or process.poll() is not None:
                    return
                await asyncio.sleep(0.004)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Keep the request to end for the kernel that was asked.

        ZeroMQ goes on trying to deliver for 100 ms after its socket is closed. A kernel that has crashed never
        takes the request; one that starts again on its address within that time would, and would end half started.

        Parameters
        ----------
        restart : bool
            Whether it will start again.
        """
        asked = getattr(self.parent, "_control_socket", None)
        if asked is not None:
            asked.linger = 0
        await super().shutdown_requested(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets of a kernel that has ended.

        Parameters
        ----------
        restart : bool
            Whether it will start again on the same sockets.
        """
        if self._sockets is not None and not restart:
            await asyncio.to_thread(shutil.rmtree, self._sockets, ignore_errors=True)
        await super().cleanup(restart)

    def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> Forked | None:
        python, *options = cmd
        if os.path.dirname(python) != os.path.dirname(sys.executable) or LAUNCHER not in options:
            return None
        args = options[options.index(LAUNCHER) + 1 :]
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            streams = [
                nothing,
                _descriptor(kwargs.get("stdout"), 1, nothing),
                _descriptor(kwargs.get("stderr"), 2, nothing),
            ]
            return fork(
                WARM_LAUNCHER,
                args,
                env={"MPLBACKEND": INLINE} | kwargs["env"],
                cwd=kwargs.get("cwd"),
                streams=streams,
                dies_with_us=not kwargs.get("independent", False),
                log=self.log,
            )
        except TypeError:
            return None
        finally:
            os.close(nothing)


def _told(cmd: list[str], kwargs: dict[str, Any]) -> list[str]:
    """Let a kernel that starts cold tell the board of a hub where the person is, as one that is warm does."""
    if LAUNCHER not in cmd or not kwargs.get("env", os.environ).get("ARTIA_BOARD"):
        return []
    return ["--IPKernelApp.extra_extensions=artia_lab.web.where"]


def _descriptor(stream: Any, own: int, nothing: int) -> int:
    """Give the descriptor of a stream as `subprocess.Popen` takes it."""
    if stream is None or stream == subprocess.DEVNULL:
        return own if stream is None else nothing
    number: int = stream if isinstance(stream, int) else stream.fileno()
    if number < 0:
        raise TypeError("a pipe, which Popen makes")
    return number
