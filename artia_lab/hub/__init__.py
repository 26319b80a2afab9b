"""A JupyterHub on one machine: `load` reads its settings, `apply` turns them into its configuration."""

from artia_lab.hub.configure import apply
from artia_lab.hub.settings import Settings, load

__all__ = ["Settings", "apply", "load"]
