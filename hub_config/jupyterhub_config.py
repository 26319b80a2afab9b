"""The configuration of JupyterHub: everything is in hub.toml, and `apply` says what follows from it."""

import os

from artia_lab.hub import apply, load

apply(load(os.environ.get("ARTIA_HUB_CONFIG")), get_config())  # noqa: F821
