"""What runs made, sent to the browser that shows it: whole or in part, and never as a page of ours."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from artia_lab.errors import NotFound
from artia_lab.web.api import RESOURCE, located, refused

# What browsers show by themselves. Anything else is a download: a page, or a drawing with code in it, would
# otherwise act in the person's name.
SHOWN = {
    ".csv": "text/csv; charset=utf-8",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webp": "image/webp",
}


class _RunFile(JupyterHandler, web.StaticFileHandler):
    auth_resource = RESOURCE

    def initialize(self) -> None:  # type: ignore[override]
        # Which folder it is depends on the run, known when the request comes.
        web.StaticFileHandler.initialize(self, path=os.devnull)

    async def send(self, folder: Path, path: str, include_body: bool) -> None:
        # A file that another site's page names in an <img> is refused: it would learn of its existence.
        self.check_xsrf_cookie()
        if "\0" in path:
            raise web.HTTPError(404)
        self.root = os.path.realpath(folder)
        await web.StaticFileHandler.get(self, path, include_body)

    def head(self, *path: str) -> object:  # type: ignore[override]
        return self.get(*path, include_body=False)  # type: ignore[arg-type, misc]

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        # With links resolved: Tornado then refuses what leads out of the folder.
        return os.path.realpath(os.path.join(root, path))

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        # What starts with a dot is being written.
        if any(part.startswith(".") for part in Path(absolute_path).parts[len(Path(root).parts) :]):
            raise web.HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)

    def get_content_type(self) -> str:
        name = Path(self.absolute_path or "").name
        kind = SHOWN.get(Path(name).suffix.lower())
        if kind is None:
            self.set_attachment_header(name)
        return kind or "application/octet-stream"

    def compute_etag(self) -> str | None:
        # Tornado's own is kept by path for as long as the server lives; previews change.
        if self.absolute_path is None:
            return None
        seen = os.stat(self.absolute_path)
        return f'"{seen.st_mtime_ns:x}-{seen.st_size:x}-{seen.st_ino:x}"'

    def set_extra_headers(self, path: str) -> None:
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    @property
    def content_security_policy(self) -> str:
        return "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


class Output(_RunFile):
    """``GET artia/api/runs/ID/files/PATH``: an output of a run, in parts when the browser asks for a Range."""

    @web.authenticated
    @authorized
    async def get(self, name: str, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Send an output.

        Parameters
        ----------
        name : str
            The run's id.
        path : str
            The output's path in the run's outputs.
        include_body : bool
            False for the headers alone.
        """
        try:
            run = located(name)
        except NotFound as error:
            raise refused(error) from error
        await self.send(run.outputs_folder, path, include_body)


class Preview(_RunFile):
    """``GET artia/api/runs/ID/preview``: the latest preview of a run."""

    @web.authenticated
    @authorized
    async def get(self, name: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Send the latest preview.

        Parameters
        ----------
        name : str
            The run's id.
        include_body : bool
            False for the headers alone.
        """
        try:
            run = located(name)
        except NotFound as error:
            raise refused(error) from error
        latest = run.progress().get("preview")
        if latest is None:
            raise web.HTTPError(404)
        await self.send(run.path, latest, include_body)
