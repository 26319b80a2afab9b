"""The proxy that stands before the hub and the seats: where it is, and whether it will do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.i18n import _

# Version 4 keeps abandoned websockets for ever.
OLDEST = 5
REMEDY = f'npm install --global --prefix "{sys.prefix}" "configurable-http-proxy@^5.3"'


def command() -> list[str]:
    """Say how to start the proxy.

    Returns
    -------
    list of str
        Node and the proxy's script, both absolute; the ones of this environment come first.

    Raises
    ------
    Mistake
        If either is missing; the sentence gives the command that brings it.
    """
    script, node = _find("configurable-http-proxy"), _find("node")
    if script is None or node is None:
        sentence = _("The hub's proxy is not installed. Bring it with npm, from Node 20 or newer: {remedy}")
        raise Mistake(sentence.format(remedy=REMEDY))
    return [node, script]


def check() -> list[str]:
    """Make sure that the proxy starts and is recent enough.

    Returns
    -------
    list of str
        The command that starts it.

    Raises
    ------
    Mistake
        If it is missing, broken or too old; the sentence gives the command that brings another.
    """
    start = command()
    try:
        said = subprocess.run([*start, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        sentence = _("The hub's proxy does not start ({reason}). Bring it again with: {remedy}")
        raise Mistake(sentence.format(reason=error, remedy=REMEDY)) from error
    version = re.match(r"\s*v?(\d+)\.", said)
    # The program of the same name that pip installs is another one.
    if version is None or int(version[1]) < OLDEST:
        sentence = _(
            "The hub's proxy is version {version}; it has to be {oldest} or newer. Bring it with: {remedy}"
        )
        raise Mistake(sentence.format(version=said.strip() or "?", oldest=OLDEST, remedy=REMEDY))
    return start


def _find(name: str) -> str | None:
    here = Path(sys.prefix) / "bin" / name
    return str(here) if here.exists() else shutil.which(name)
