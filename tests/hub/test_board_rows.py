"""What the board says of a person, from what is known of them."""

from __future__ import annotations

import json
import time

import pytest

from artia_lab.hub.board import reports, rows
from artia_lab.hub.board.reports import Report, Where, Work
from artia_lab.hub.board.rows import Seen, row

NOW = 1_800_000_000.0


def seen(**given):
    usual = {"user": "ada", "seat": "open", "seat_since": NOW - 600, "heard": NOW - 1}
    return Seen(**usual | given)


def report(state="done", since=NOW - 5, works=(), **where):
    return Report(
        where=Where(notebook="notebooks/fr/I1.ipynb", kernel="idle", state=state, since=since, **where),
        works=works,
    )


def work(state, since=NOW - 10, **given):
    return Work(run="r", experiment="image.self-mosaic", state=state, since=since, **given)


WAITS = {"run": "r", "kind": "cpu", "position": 3, "reason": "turn", "expected_s": 60, "waited_s": 4.0}
HOLDS = {"run": "r", "kind": "cpu", "energy_j": 1.0, "cores": [0]}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"seat": ""}, rows.GONE),
        ({"seat": "starting"}, rows.STARTING),
        ({"heard": 0.0, "seat_since": NOW - 5}, rows.HERE),
        ({"heard": NOW - 100}, rows.LOST),
        ({"report": report()}, rows.HERE),
        ({"report": report("running")}, rows.WORKING),
        ({"report": report("running", since=NOW - rows.STUCK_S - 1)}, rows.STUCK),
        ({"report": report("failed", failures=1, error="NameError: x")}, rows.FAILED),
        ({"report": report("failed", failures=3, error="NameError: x")}, rows.STUCK),
        ({"report": report(works=(work("queued"),)), "waiting": (WAITS,)}, rows.WAITING),
        ({"report": report("running", since=NOW - 900, works=(work("running"),))}, rows.COMPUTING),
        ({"report": report(), "leases": (HOLDS,)}, rows.COMPUTING),
        ({"report": report(since=NOW - 20, works=(work("failed", error="Too large"),))}, rows.RUN_FAILED),
        # They went on since; or it is long ago.
        ({"report": report(since=NOW - 5, works=(work("failed"),))}, rows.HERE),
        ({"report": report(since=NOW - 9000, works=(work("failed", since=NOW - 8000),))}, rows.HERE),
        ({"report": report(works=(work("finished"),))}, rows.HERE),
    ],
)
def test_the_state_of_a_person(given, status):
    assert row(seen(**given), NOW)["status"] == status


def test_a_kernel_that_died_is_said():
    died = Report(where=Where(notebook="a.ipynb", kernel="dead", state="running", since=NOW - 5))
    assert row(seen(report=died), NOW)["status"] == rows.DEAD


def test_who_needs_a_hand_is_told_with_the_reason():
    told = row(seen(report=report("failed", failures=1, error="NameError: name 'x' is not defined")), NOW)
    assert told["help"] is True
    assert told["why"] == "NameError: name 'x' is not defined"


def test_nothing_changes_while_nothing_happens():
    same = seen(report=report(works=(work("running", step=3, steps=9),)), waiting=(), energy_j=123.4)
    assert row(same, NOW) == row(same, NOW + 10)


def test_of_two_figures_of_energy_the_rest_is_left_out():
    assert row(seen(energy_j=12_345.6), NOW)["energy_j"] == 12_000.0
    assert row(seen(energy_j=0.0), NOW)["energy_j"] == 0.0


def test_a_report_is_read_as_a_seat_writes_it():
    written = {
        "where": {
            "notebook": "notebooks/fr/I1.ipynb",
            "cell": 2,
            "cells": 9,
            "kernel": "busy",
            "state": "running",
            "since": NOW,
        },
        "works": [
            {"run": "r", "experiment": "e", "state": "running", "step": 0, "steps": 0, "since": 0, "error": ""}
        ],
        "counts": {"finished": 3, "running": 1, "nonsense": 5},
        "memory_mb": 42.5,
    }
    read = reports.read(json.loads(json.dumps(written)))
    assert (read.where.cell, read.where.cells, read.works[0].state, read.memory_mb) == (2, 9, "running", 42.5)
    assert read.counts == {"running": 1, "finished": 3}


def test_texts_of_a_report_are_on_one_line_and_short():
    read = reports.read({"where": {"error": "a\nb\u202e" + "x" * 1000}})
    assert "\n" not in read.where.error and "\u202e" not in read.where.error
    assert len(read.where.error) == reports.TEXT


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "where",
        {"where": []},
        {"where": {"cell": "2"}},
        {"where": {"cell": -1}},
        {"where": {"cell": True}},
        {"where": {"since": 1e300}},
        {"where": {"state": "dancing"}},
        {"where": {"state": ["done"]}},
        {"where": {"notebook": 3}},
        {"works": {}},
        {"works": [None]},
        {"works": [{}] * 100},
        {"counts": {"finished": float("nan")}},
        {"memory_mb": float("inf")},
    ],
)
def test_what_is_no_report_is_refused(content):
    with pytest.raises(reports.Garbled):
        reports.read(content)


def test_an_empty_report_is_one():
    assert reports.read({}) == Report()
    assert (
        row(
            Seen(user="ada", seat="open", seat_since=time.time(), heard=time.time(), report=Report()), time.time()
        )["help"]
        is False
    )
