"""The Jupyter Server extension: what a page may ask without waiting for a kernel.

It is switched on by ``jupyter_server_config.d/artia_lab.json``, which is installed with the package and also keeps
JupyterLab from calling anything outside of this machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["_jupyter_server_extension_points", "_load_jupyter_server_extension"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "artia_lab.web"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from artia_lab import warm
    from artia_lab.i18n import _
    from artia_lab.web import idle, notices, orders, report
    from artia_lab.web.routes import routes

    # While the person finds the notebook to open, what it needs is imported.
    warm.prepare()
    inbox = server.web_app.settings[orders.SETTING] = orders.Inbox()
    if (board := report.board()) is not None:
        inbox.reporter = report.Reporter(server, *board, obey=inbox.obey)
        server.io_loop.add_callback(inbox.reporter.run)
    notices.pass_on(inbox)
    idle.count_runs(server)
    # What our extension of JupyterLab calls its entry of the menu.
    server.web_app.settings.setdefault("page_config_data", {})["artiaWorks"] = _("My works")
    server.web_app.add_handlers(".*$", routes(server.web_app.settings["base_url"]))
