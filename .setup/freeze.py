"""Write the pinned environment, ``kernels/artia/environment.txt``, from the environment that runs this.

``.venv/bin/python .setup/freeze.py`` after the tests pass with newer packages: installations, records and reviews
then follow them.
"""

from __future__ import annotations

import sys
from importlib.metadata import distributions
from pathlib import Path

from packaging.specifiers import SpecifierSet

ENVIRONMENT = Path(__file__).resolve().parent.parent / "kernels/artia/environment.txt"
HEADING = """\
# The pinned environment: installations are constrained to these versions, and records are compared with them.
# Written by .setup/freeze.py. A build such as "+cpu" is left out: it is the machine's, and is in each record.
"""
# Debian 12's: what needs a newer one could not be installed there.
OLDEST_PYTHON = "3.11.2"
OURS_OR_THE_INSTALLER = {"artia-lab", "pip", "setuptools", "wheel"}


def too_new() -> list[str]:
    """List the installed packages that the oldest Python we serve cannot have."""
    found = []
    for each in distributions():
        spec = each.metadata["Requires-Python"] or ""
        if OLDEST_PYTHON not in SpecifierSet(spec):
            found.append(f"{each.metadata['Name']} {each.version} needs Python {spec}")
    return found


def pins() -> list[str]:
    """List the installed packages as ``name==version`` lines, in the alphabet's order."""
    found = {}
    for each in distributions():
        name = each.metadata["Name"].lower().replace("_", "-").replace(".", "-")
        # CUDA packages follow from the build of PyTorch, which pins them itself; nvidia-ml-py is codecarbon's.
        cuda = name.startswith(("nvidia-", "cuda-", "triton")) and name != "nvidia-ml-py"
        if name not in OURS_OR_THE_INSTALLER and not cuda:
            found[name] = each.version.split("+")[0]
    return [f"{name}=={version}" for name, version in sorted(found.items())]


if __name__ == "__main__":
    if too_new():
        sys.exit(
            "\n".join([*too_new(), f"Install versions that run on Python {OLDEST_PYTHON}, then freeze again."])
        )
    ENVIRONMENT.write_text(HEADING + "\n".join(pins()) + "\n", encoding="utf-8")
