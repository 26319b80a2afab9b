"""JupyterLab on the library of notebooks, in one language."""

from __future__ import annotations

import os

from artia_lab.errors import Mistake
from artia_lab.home import data_folder, home, library_copy
from artia_lab.i18n import LANGUAGES, _


def options(language: str) -> list[str]:
    """Say how our server differs from any other, after copying the notebooks for the person.

    Parameters
    ----------
    language : {"fr", "en"}
        Language of the notebooks and of JupyterLab.

    Returns
    -------
    list of str
        Options of a Jupyter Server's command line.
    """
    notebooks = library_copy(language)
    return [
        # Everything the person makes can be seen there; it opens on the notebooks.
        f"--ServerApp.root_dir={home()}",
        f"--ServerApp.preferred_dir={notebooks}",
        f"--LabApp.app_settings_dir={data_folder('hub_config') / 'lab' / language}",
        # What is written from scratch starts at once too.
        "--MappingKernelManager.default_kernel_name=artia",
        # The usual manager of extensions asks PyPI, and gets ready for it at each start: a third of that start.
        "--LabApp.extension_manager=readonly",
    ]


def start(language: str, *, port: int = 8888, browser: bool = True) -> int:
    """Open the lab on this machine, until the person closes it.

    Parameters
    ----------
    language : {"fr", "en"}
        Language of the notebooks and of JupyterLab.
    port : int
        TCP port; the next free one when it is taken.
    browser : bool
        Whether to open a browser, or only print the address.

    Returns
    -------
    int
        0.

    Raises
    ------
    Mistake
        If the language or the port does not exist, or the folder of notebooks cannot be written.
    """
    if language not in LANGUAGES:
        sentence = _("The lab does not speak “{language}”; it speaks: {list}.")
        raise Mistake(sentence.format(language=language, list=", ".join(LANGUAGES)))
    if not 1 <= port <= 65_535:
        raise Mistake(_("There is no port {port}: ports go from 1 to 65535.").format(port=port))
    try:
        words = options(language)
    except OSError as error:
        sentence = _("The notebooks cannot be copied to “{folder}”: {reason}. Make room there, or set ARTIA_HOME.")
        raise Mistake(sentence.format(folder=home(), reason=error.strerror)) from error
    from jupyterlab.labapp import LabApp

    # Kernels, and the runs they start, speak the same language.
    os.environ["ARTIA_LANG"] = language
    words += [f"--ServerApp.port={port}", f"--ServerApp.open_browser={browser}"]
    if os.geteuid() == 0:
        # Whoever opens it as root is alone in the account, often in a container; only this machine can reach it.
        words.append("--allow-root")
    LabApp.launch_instance(words)
    return 0
