"""A run under way counts as use: neither its seat nor a kernel is closed meanwhile."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from artia_lab.runs import Request, RunFolder
from artia_lab.web import idle


@pytest.fixture
def run(tmp_path):
    """Have a run that somebody works on, until its claim is let go."""
    request = Request(experiment="text.one", parameters={}, corpus_id="c", corpus_digest="d")
    folder, claim = RunFolder.create(request, tmp_path)
    yield folder, claim
    with contextlib.suppress(OSError):
        os.close(claim)


@pytest.fixture
def server():
    """Have what of a Jupyter Server is looked at: its settings and two kernels, last used long ago."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    kernels = {name: SimpleNamespace(last_activity=long_ago) for name in "ab"}
    manager = SimpleNamespace(list_kernel_ids=lambda: list(kernels), get_kernel=kernels.get)
    return SimpleNamespace(web_app=SimpleNamespace(settings={}), kernel_manager=manager, kernels=kernels)


def test_a_run_is_under_way_until_nobody_works_on_it(run, tmp_path):
    _folder, claim = run
    runs = idle.Runs(tmp_path)
    assert runs.under_way()
    os.close(claim)
    assert not runs.under_way()


def test_there_is_no_run_where_there_is_no_folder(tmp_path):
    assert not idle.Runs(tmp_path / "none").under_way()


def test_a_folder_that_is_no_run_is_not_one(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "a-file").write_text("")
    assert not idle.Runs(tmp_path).under_way()


def test_a_new_run_is_seen_after_an_old_one_has_ended(run, tmp_path):
    _folder, claim = run
    runs = idle.Runs(tmp_path)
    os.close(claim)
    assert not runs.under_way()
    request = Request(experiment="text.two", parameters={}, corpus_id="c", corpus_digest="d")
    _folder, second = RunFolder.create(request, tmp_path)
    assert runs.under_way()
    os.close(second)


def test_while_a_run_works_the_seat_and_its_kernels_count_as_used(run, tmp_path, server):
    idle._look(server, idle.Runs(tmp_path))
    now = server.web_app.settings[idle.SETTING]
    # The server takes the latest of its settings that end so for the time of its last use.
    assert idle.SETTING.endswith("_last_activity")
    assert all(each.last_activity == now for each in server.kernels.values()) and now.year > 2020


def test_without_a_run_nothing_is_touched(tmp_path, server):
    idle._look(server, idle.Runs(tmp_path))
    assert server.web_app.settings == {} and all(e.last_activity.year == 2020 for e in server.kernels.values())
