"""What of a process a forked child cannot change: variables that were read, and the groups it is counted in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

# Variables that Python and the libraries read once, when they are loaded: a child cannot be given others. HOME is
# one: matplotlib has by then read the person's settings, and pooch and huggingface_hub have named their caches.
READ_AT_IMPORT = (
    "ATEN_", "BLIS_", "DIFFUSERS_", "GLIBC_", "GOMP_", "GOTO_", "HF_", "HOME", "KMP_", "LD_", "LIBROSA_",
    "MALLOC_", "MATPLOTLIBRC", "MKL_", "MPLCONFIGDIR", "NUMBA_", "NUMEXPR_", "NUMPY_", "OMP_", "OPENBLAS_",
    "PYTHON", "PYTORCH_", "SCIPY_", "SKIMAGE_", "TORCH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
)  # fmt: skip

# Of these, what libraries set themselves when they are imported (threadpoolctl, scikit-learn, torch): it tells of
# what a process has imported and not of what a person wants, and would make a server for each mixture.
SET_AT_IMPORT = {("KMP_DUPLICATE_LIB_OK", "True"), ("KMP_INIT_AT_FORK", "FALSE")}
READ_LATER = ("TORCHINDUCTOR_CACHE_DIR",)

# Where a person's settings and caches are: in a server for many people each child is led to its own (homes.py).
HOMES = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")

# Nobody's business but the child's.
SECRETS = ("KEY", "PASSWORD", "SECRET", "TOKEN")

# What a process needs to live at all; nothing else reaches the server, so that it holds no one's secrets.
NEEDED_TO_LIVE = (
    "ARTIA_WARM", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "XDG_RUNTIME_DIR",
)  # fmt: skip

# The windows of a desktop: groups that limit nothing and end with the session, one for each terminal.
WINDOW = re.compile(r"(/user@\d+\.service/.*)/(app|vte|tab)[^/]*\.scope$", re.MULTILINE)


def read_at_import(environment: Mapping[str, str]) -> dict[str, str]:
    """Keep the variables that matter when libraries are loaded.

    Parameters
    ----------
    environment : mapping of str to str
        Variables.

    Returns
    -------
    dict
        Those that a forked child cannot change.
    """
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(READ_AT_IMPORT)
        and not name.endswith(SECRETS)
        and name not in READ_LATER
        and (name, value) not in SET_AT_IMPORT
    }


def read_at_import_in_any_home(environment: Mapping[str, str]) -> dict[str, str]:
    """Keep the variables that matter when libraries are loaded, but for those that say where a person's home is.

    Parameters
    ----------
    environment : mapping of str to str
        Variables.

    Returns
    -------
    dict
        Those that a child of a server for many people cannot change.
    """
    return {name: value for name, value in read_at_import(environment).items() if name not in HOMES}


def control_groups(listing: Path) -> list[str]:
    """Name the groups that share memory and cores, and are ended together: a Slurm job, a service, a seat.

    Parameters
    ----------
    listing : Path
        What the system says of a process, ``/proc/self/cgroup``.

    Returns
    -------
    list of str
        A forked child is in its server's, not in those of whoever asked for it.
    """
    try:
        return sorted(WINDOW.sub(r"\1", listing.read_text()).splitlines())
    except OSError:
        return []
