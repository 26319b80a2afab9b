"""A notebook is saved seldom, never by half, and what was saved is never lost."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import nbformat
import pytest
from jupyter_core.utils import ensure_event_loop

from artia_lab.errors import Mistake
from artia_lab.rerun import saving
from artia_lab.rerun.saving import Saver


@pytest.fixture
def saver(tmp_path: Path) -> Saver:
    saver = Saver(tmp_path / "n.ipynb", tmp_path / ".aside.ipynb")
    saver.document = nbformat.v4.new_notebook(metadata={"said": "first"})
    return saver


@pytest.fixture
def writes(saver: Saver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each save has put in place."""
    seen: list[str] = []
    replace = os.replace

    def _replace(aside: Path, place: Path) -> None:
        replace(aside, place)
        seen.append(said(saver.place))

    monkeypatch.setattr(os, "replace", _replace)
    return seen


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def _full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", _full)
    return monkeypatch


def said(place: Path) -> str:
    return str(nbformat.read(place, as_version=4).metadata["said"])


def pass_time(seconds: float) -> None:
    ensure_event_loop().run_until_complete(asyncio.sleep(seconds))


def test_without_a_document_nothing_is_saved(tmp_path: Path) -> None:
    Saver(tmp_path / "n.ipynb", tmp_path / ".aside.ipynb").now()
    assert list(tmp_path.glob("*.ipynb")) == []


def test_many_changes_are_one_save(saver: Saver, writes: list[str]) -> None:
    for _change in range(100):
        saver.soon()
    saver.document.metadata["said"] = "second"
    pass_time(0.2)
    assert writes == ["second"]


def test_a_change_after_a_save_waits_for_its_turn_and_is_not_forgotten(
    saver: Saver, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "PAUSE_S", 1.0)
    monkeypatch.setattr(saving, "SHARE", 1.0)
    saver.now()
    saver.document.metadata["said"] = "second"
    saver.soon()
    pass_time(0)
    assert writes == ["first"]
    pass_time(2)
    assert writes == ["first", "second"]


def test_a_slow_save_is_followed_by_a_longer_pause(
    saver: Saver, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(saving.time, "monotonic", lambda: clock[0])

    def _slow() -> None:
        clock[0] += 1.0

    saver.refresh = _slow
    saver.now()
    assert saver._due == pytest.approx(101.0 + 1.0 / saving.SHARE)


def test_a_last_save_is_not_followed_by_an_overdue_one(saver: Saver, writes: list[str]) -> None:
    saver.soon()
    saver.now()
    pass_time(0.1)
    assert writes == ["first"]


def test_a_full_disk_is_said_and_keeps_what_was_saved(saver: Saver, full_disk: pytest.MonkeyPatch) -> None:
    with full_disk.context() as room:
        room.setattr(os, "fsync", lambda _descriptor: None)
        saver.now()
    saver.document.metadata["said"] = "second"
    with pytest.raises(Mistake, match=r"n\.ipynb” cannot be saved: No space left on device"):
        saver.now()
    assert said(saver.place) == "first"
    assert list(saver.place.parent.glob("**/.*.ipynb")) == []


def test_a_disk_that_is_full_for_a_while_does_not_stop_the_notebook(
    saver: Saver, writes: list[str], full_disk: pytest.MonkeyPatch
) -> None:
    saver.soon()
    pass_time(0.1)
    assert writes == []
    full_disk.setattr(os, "fsync", lambda _descriptor: None)
    saver.now()
    assert writes == ["first"]


def test_a_text_that_utf8_cannot_hold_is_kept(saver: Saver) -> None:
    saver.document.metadata["said"] = "half an emoji: \ud83d, é, \u2028"
    saver.now()
    assert said(saver.place) == "half an emoji: \ud83d, é, \u2028"
