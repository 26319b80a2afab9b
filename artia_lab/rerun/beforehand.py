"""What reruns and their kernels look up again and again, looked up once: where this is imported before a fork.

Imported by the fork server alone, which starts anew when what is installed changes.
"""

from __future__ import annotations

from jupyter_client.provisioning import KernelProvisionerFactory
from matplotlib.backends import backend_registry
from nbformat.validator import get_validator

from artia_lab import experiments

# What all installed packages declare is read for each of these: 10 ms a time.
experiments.names()
backend_registry.list_all()
KernelProvisionerFactory.instance()

# The schema of notebooks is made into a program, in 60 ms.
get_validator()
