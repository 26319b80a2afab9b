"""Finding the proxy, and refusing one that will not do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from artia_lab.errors import Mistake
from artia_lab.hub import proxy


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An environment of its own, with nothing else on the PATH than what a test puts there."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def put(name: str, script: str) -> Path:
        file = tmp_path / "bin" / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    return put


def test_the_proxy_of_this_environment_starts_and_is_recent():
    assert Path(proxy.check()[1]).name == "configurable-http-proxy"


def test_a_missing_proxy_is_said_with_what_brings_it(environment):
    environment("node", "exit 0")
    with pytest.raises(Mistake, match=r"not installed.*npm install --global --prefix"):
        proxy.check()


@pytest.mark.parametrize("version", ["4.6.1", "0.4.0", "", "unknown option"])
def test_a_proxy_too_old_or_of_another_making_is_refused(environment, version):
    environment("configurable-http-proxy", "")
    environment("node", f"echo '{version}'")
    with pytest.raises(Mistake, match="it has to be 5 or newer"):
        proxy.check()


def test_a_proxy_that_does_not_start_is_said(environment):
    environment("configurable-http-proxy", "")
    environment("node", "exit 3")
    with pytest.raises(Mistake, match="does not start"):
        proxy.check()
