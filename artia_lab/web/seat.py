"""What a hub starts for one person: their copy of the notebooks first, then the single-user server.

``python -m artia_lab.web.seat`` runs in the person's account, with their home.
"""

from __future__ import annotations

import sys

from artia_lab.i18n import language
from artia_lab.web.lab import options


def main() -> None:
    """Open the seat; returns when it is closed."""
    from jupyterhub.singleuser import main as serve

    sys.argv[1:1] = options(language())
    serve()


if __name__ == "__main__":
    main()
