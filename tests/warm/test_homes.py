"""A child whose home is not its server's reads and keeps its things in its own."""

from __future__ import annotations

import sys
import types

import matplotlib
import pytest

from artia_lab.warm import homes


@pytest.fixture
def moved(tmp_path, monkeypatch):
    """Move from one home to another."""
    before, now = tmp_path / "before", tmp_path / "now"
    for each in (before, now):
        each.mkdir()
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "MATPLOTLIBRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(before))
    for ask in (matplotlib.get_configdir, matplotlib.get_cachedir):
        homes._forget(ask)
        assert ask().startswith(str(before))
    with matplotlib.rc_context():

        def move() -> None:
            monkeypatch.setenv("HOME", str(now))
            homes.move_in(str(before))

        yield before, now, move
    for ask in (matplotlib.get_configdir, matplotlib.get_cachedir):
        homes._forget(ask)


def test_matplotlib_asks_again_where_its_folders_are(moved):
    _before, now, move = moved
    move()
    assert matplotlib.get_configdir() == str(now / ".config/matplotlib")
    assert matplotlib.get_cachedir() == str(now / ".cache/matplotlib")


def test_a_person_s_own_settings_of_matplotlib_are_read(moved):
    _before, now, move = moved
    (now / ".config/matplotlib").mkdir(parents=True)
    (now / ".config/matplotlib/matplotlibrc").write_text("lines.linewidth: 7\n")
    move()
    assert matplotlib.rcParams["lines.linewidth"] == 7


def test_caches_that_a_library_named_when_it_was_imported_are_renamed(moved, monkeypatch):
    before, now, move = moved
    named = types.ModuleType("huggingface_hub.constants")
    named.hub, named.cache, named.url = (
        f"{before}/.cache/huggingface/hub",
        f"{before}/.cache",
        "https://example.org",
    )
    named.near = f"{before}/.cache-of-mine"
    monkeypatch.setitem(sys.modules, named.__name__, named)
    move()
    assert (f"{now}/.cache/huggingface/hub", f"{now}/.cache") == (named.hub, named.cache)
    assert ("https://example.org", f"{before}/.cache-of-mine") == (named.url, named.near)


def test_whoever_stays_at_home_changes_nothing(moved, monkeypatch):
    before, _now, _move = moved
    homes.move_in(str(before))
    assert matplotlib.get_configdir().startswith(str(before))


def test_every_library_that_names_caches_is_where_it_is_looked_for():
    import huggingface_hub.constants as constants

    # If one of them moves, its caches would be the server's own again, which nobody else may enter.
    assert constants.HF_HOME and "diffusers.utils.constants" in homes.NAMED
