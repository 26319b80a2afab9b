"""The addresses of the extension, as data."""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import url_path_join

from artia_lab.web.orders import Anew, Here, Orders
from artia_lab.web.outputs import Output, Preview
from artia_lab.web.runs import Run, Runs, Stop
from artia_lab.web.uploads import Upload
from artia_lab.web.works_page import Exhibition, PageFile, Publication, PublicationFile, WorksPage

ROUTES: dict[str, Any] = {
    r"artia/api/orders": Orders,
    r"artia/api/here": Here,
    r"artia/api/notebooks/anew": Anew,
    r"artia/api/runs": Runs,
    r"artia/api/runs/([^/]+)": Run,
    r"artia/api/runs/([^/]+)/stop": Stop,
    r"artia/api/runs/([^/]+)/preview": Preview,
    r"artia/api/runs/([^/]+)/files/(.+)": Output,
    r"artia/api/runs/([^/]+)/publication": Publication,
    r"artia/api/publications/([^/]+)": PublicationFile,
    r"artia/api/publications/([^/]+)/exhibition": Exhibition,
    r"artia/works": WorksPage,
    r"artia/page/([^/]+)": PageFile,
    r"artia/api/corpora/([^/]+)/items/([^/]+)": Upload,
}


def routes(base_url: str) -> list[tuple[str, Any]]:
    """Place the addresses under a server's own.

    Parameters
    ----------
    base_url : str
        Where the server stands, such as ``/`` or ``/user/ada/``.

    Returns
    -------
    list of tuple
        Patterns and the handlers they lead to.
    """
    return [(url_path_join(base_url, pattern), handler) for pattern, handler in ROUTES.items()]
