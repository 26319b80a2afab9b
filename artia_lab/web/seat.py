"""What a hub starts for one person: their copy of the notebooks first, then the single-user server.

``python -m artia_lab.web.seat`` runs in the person's account, with their home.
"""

from __future__ import annotations

import os
import sys

from artia_lab.i18n import language
from artia_lab.web.lab import options

# By how much a seat and its kernels come after the hub.
NICE = 5

# No language server is installed beside the lab, and to look for them took a fifth of a seat's start.
WITHOUT_LANGUAGE_SERVERS = "--ServerApp.jpserver_extensions={'jupyter_lsp': False}"


def main() -> None:
    """Open the seat; returns when it is closed."""
    from jupyterhub.singleuser import main as serve

    # The hub, its proxy and its queue come first: when all compute, people still get in, and a hub that was killed
    # is back within seconds. What a seat starts goes after them as well.
    os.nice(NICE)
    sys.argv[1:1] = [*options(language()), WITHOUT_LANGUAGE_SERVERS]
    serve()


if __name__ == "__main__":
    main()
