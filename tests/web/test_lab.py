"""The lab as `artia lab` opens it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from artia_lab.errors import Mistake
from artia_lab.web.lab import options, start


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_lab_opens_on_the_notebooks_in_the_person_s_language_and_calls_nobody(artia_home, tmp_path):
    port = free_port()
    words = [Path(sys.executable).with_name("artia"), "lab", "--lang", "fr", "--port", str(port), "--no-browser"]
    with (tmp_path / "log").open("w") as log:
        lab = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=os.environ)
    try:
        address = None
        while address is None:
            assert lab.poll() is None, (tmp_path / "log").read_text()
            address = re.search(rf"http://127\.0\.0\.1:{port}\S+token=(\w+)", (tmp_path / "log").read_text())
            time.sleep(0.1)
        session = requests.Session()
        session.headers["Authorization"] = f"token {address[1]}"
        server = f"http://127.0.0.1:{port}"
        page = session.get(f"{server}/lab", timeout=60).text
        listed = session.get(f"{server}/api/contents", timeout=30).json()["content"]
        plugin = session.get(
            f"{server}/lab/api/settings/@jupyterlab/translation-extension:plugin", timeout=30
        ).json()
        linker = session.get(
            f"{server}/lab/api/settings/@jupyterlab/apputils-extension:sanitizer", timeout=30
        ).json()
        extensions = session.get(
            f"{server}/lab/api/settings/@jupyterlab/extensionmanager-extension:plugin", timeout=30
        ).json()
        news = session.get(f"{server}/lab/api/news", timeout=30).json()
        kernels = session.get(f"{server}/api/kernelspecs", timeout=30).json()
    finally:
        lab.send_signal(signal.SIGTERM)
        lab.wait(60)
    assert '"preferredPath": "/notebooks/fr"' in page or '"preferredPath": "notebooks/fr"' in page
    assert [each["name"] for each in listed] == ["notebooks"]
    assert plugin["schema"]["properties"]["locale"]["default"] == "fr_FR"
    assert linker["schema"]["properties"]["allowCommandLinker"]["default"] is False
    assert news["news"] == []
    assert kernels["default"] == "artia" and "artia" in kernels["kernelspecs"]
    # Nor does it ask PyPI for extensions.
    assert '"can_install": false' in page
    assert extensions["schema"]["properties"]["enabled"]["default"] is False


def test_the_person_s_own_changes_to_a_notebook_stay(artia_home):
    options("en")
    mine = artia_home / "notebooks/en/mine.ipynb"
    mine.write_text("{}")
    options("en")
    assert mine.read_text() == "{}"


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(Mistake, match=f"There is no port {port}"):
        start("en", port=port)


def test_a_language_it_does_not_speak_is_refused():
    with pytest.raises(Mistake, match="it speaks: fr, en"):
        start("de")


def test_a_home_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ARTIA_HOME", str(tmp_path / "file"))
    with pytest.raises(Mistake, match="set ARTIA_HOME"):
        start("en")
