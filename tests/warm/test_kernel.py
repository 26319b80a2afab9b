"""The application of a warm kernel reads its command line and profile as ipykernel's own does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ipykernel.kernelapp import IPKernelApp

from artia_lab.rerun.kernel import WITHOUT_HISTORY
from artia_lab.warm.kernel import WarmKernelApp


@pytest.fixture
def applications() -> Iterator[tuple[WarmKernelApp, IPKernelApp]]:
    """Make ours and ipykernel's, neither of them the one of this process."""
    yield WarmKernelApp(), IPKernelApp()


@pytest.mark.parametrize(
    "argv",
    [
        ["-f", "kernel.json"],
        ["-f", "kernel.json", "--IPKernelApp.quiet=False", "--HistoryManager.enabled=False"],
        ["-f", "kernel.json", "--HistoryManager.hist_file=:memory:"],
        ["-f", "kernel.json", "--HistoryManager.hist_file=~/a=b", "--HistoryManager.enabled="],
        ["-f", "kernel.json", "--HistoryManager.hist_file=a", "--HistoryManager.hist_file=b"],
        ["--debug", "-f", "kernel.json", "--matplotlib=agg"],
    ],
)
def test_a_command_line_means_the_same(
    applications: tuple[WarmKernelApp, IPKernelApp], argv: list[str], tmp_path: Path
) -> None:
    ours, theirs = applications
    for each in applications:
        each.parse_command_line([str(tmp_path / part) if part.endswith(".json") else part for part in argv])
    for name in ("connection_file", "quiet", "log_level", "matplotlib", "extra_args", "argv"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.config.HistoryManager == theirs.config.HistoryManager


def test_extensions_asked_for_are_loaded_beside_ours(
    applications: tuple[WarmKernelApp, IPKernelApp],
) -> None:
    ours, _theirs = applications
    ours.parse_command_line(["--ext=storemagic"])
    assert ours.extra_extensions == ["ipywidgets", "storemagic"]


def test_no_parser_of_arguments_is_made_for_a_rerun(
    applications: tuple[WarmKernelApp, IPKernelApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IPKernelApp, "_create_loader", None)
    ours, _theirs = applications
    ours.parse_command_line(["-f", "kernel.json", WITHOUT_HISTORY])
    assert ours.config.HistoryManager.hist_file == ":memory:"
