"""What a seat imports while it starts, so that the process it is forked from has it already.

The extensions that are switched on in this environment are found as Jupyter Server finds them.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Iterator

# What Jupyter Server, JupyterLab and JupyterHub import late. Not jupyterlab.labhubapp: it changes the handlers of
# every server in its process to an older way of asking the hub.
LATE = (
    "IPython.display",
    "anyio._backends._asyncio",
    "anyio.to_thread",
    "artia_lab.corpora",
    "artia_lab.runs",
    "artia_lab.warm.provisioner",
    "artia_lab.web.idle",
    "artia_lab.web.lab",
    "artia_lab.web.notices",
    "artia_lab.web.orders",
    "artia_lab.web.report",
    "artia_lab.web.routes",
    "artia_lab.web.where",
    "fqdn",
    "httpcore",
    "ipykernel.kernelspec",
    "jinja2.ext",
    "jupyter_client.asynchronous",
    "jupyter_client.blocking",
    "jupyter_server.gateway.gateway_client",
    "jupyter_server.kernelspecs.handlers",
    "jupyter_server.nbconvert.handlers",
    "jupyter_server.services.api.handlers",
    "jupyter_server.services.config.handlers",
    "jupyter_server.services.contents.handlers",
    "jupyter_server.services.events.handlers",
    "jupyter_server.services.kernels.connection.channels",
    "jupyter_server.services.kernels.handlers",
    "jupyter_server.services.kernelspecs.handlers",
    "jupyter_server.services.nbconvert.handlers",
    "jupyter_server.services.security.handlers",
    "jupyter_server.services.sessions.handlers",
    "jupyter_server.services.shutdown",
    "jupyter_server.view.handlers",
    "jupyter_server_terminals.app",
    "jupyterhub.singleuser",
    "jupyterhub.singleuser.extension",
    "jupyterlab.labapp",
    "nbdime.webapp.nb_server_extension",
    "nbformat.v4",
    "notebook_shim.nbserver",
    "psutil",
    "rfc3987_syntax",
    "terminado",
    "tornado.curl_httpclient",
    "tornado.platform.asyncio",
    "webcolors",
)


def extensions() -> Iterator[str]:
    """List the extensions of Jupyter Server that are switched on.

    Yields
    ------
    str
        Names of packages.
    """
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    for name, is_on in manager.get_jpserver_extensions().items():
        if is_on:
            yield name


def modules(name: str) -> Iterator[str]:
    """List the modules of an extension that its start imports: its own, and those of its handlers.

    Parameters
    ----------
    name : str
        Name of its package.

    Yields
    ------
    str
        Names of modules.
    """
    yield name
    package = importlib.import_module(name)
    for found in pkgutil.iter_modules(getattr(package, "__path__", ())):
        if found.name in ("app", "handlers", "serverextension", "labapp", "extension", "manager"):
            yield f"{name}.{found.name}"


def import_all() -> None:
    """Import them; what is missing, or fails, the seat will meet in its own way."""
    for name in LATE:
        _try(name)
    for name in extensions():
        with contextlib.suppress(Exception):
            for each in modules(name):
                _try(each)


def _try(name: str) -> None:
    with contextlib.suppress(Exception):
        importlib.import_module(name)


import_all()
