"""Runs over HTTP, from a client that logged in as a browser does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import requests

from artia_lab.runs import RunFolder

NewRun = Callable[[], tuple[RunFolder, int]]


@pytest.fixture
def finished(new_run: NewRun) -> RunFolder:
    """A run that ended, with its record."""
    run, claim = new_run()
    run.say("step", step=1, steps=2, metrics={"loss": 0.0})
    run.finish(run.closing_record("finished"))
    os.close(claim)
    return run


@pytest.fixture
def working(new_run: NewRun) -> RunFolder:
    """A run whose worker is a process of its own."""
    run, claim = new_run()
    worker = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=(claim,), start_new_session=True
    )
    os.close(claim)
    run.say("state", state="running", pid=worker.pid)
    yield run
    worker.kill()
    worker.wait()


def test_lists_the_newest_run_first(server, client, finished, working):
    listed = client.get(f"{server.url}/artia/api/runs").json()["runs"]
    assert {"id": finished.id, "experiment": "image.self-mosaic", "status": "finished"} in listed
    assert {"id": working.id, "experiment": "image.self-mosaic", "status": "running"} in listed
    assert [each["id"] for each in listed] == sorted((each["id"] for each in listed), reverse=True)


def test_lists_no_run_when_none_is_asked_for(server, client, finished):
    assert client.get(f"{server.url}/artia/api/runs?limit=0").json() == {"runs": []}


def test_a_damaged_run_hides_no_other(server, client, finished, new_run):
    damaged, claim = new_run()
    os.close(claim)
    (damaged.path / "request.json").write_text("{")
    listed = [each["id"] for each in client.get(f"{server.url}/artia/api/runs").json()["runs"]]
    assert finished.id in listed and damaged.id not in listed


def test_follows_a_run_from_where_the_last_reading_ended(server, client, working):
    address = f"{server.url}/artia/api/runs/{working.id}"
    first = client.get(address).json()
    working.say("step", step=3, steps=9, metrics={})
    second = client.get(f"{address}?offset={first['offset']}").json()
    assert first["parameters"] == {"seed": 0, "noise": 0.0}
    assert [each["event"] for each in second["events"]] == ["step"]
    assert (second["status"], second["progress"]["step"], second["record"]) == ("running", 3, None)


def test_gives_the_record_of_a_run_that_ended(server, client, finished):
    answer = client.get(f"{server.url}/artia/api/runs/{finished.id}?events=0").json()
    assert (answer["status"], answer["events"], answer["record"]["seed"]) == ("finished", [], 0)


def test_stops_a_run(server, client, working):
    began = time.monotonic()
    answer = client.post(f"{server.url}/artia/api/runs/{working.id}/stop")
    assert answer.json() == {"id": working.id, "status": "cancelled"}
    assert working.status() == "cancelled"
    assert time.monotonic() - began < 5


def test_another_site_cannot_stop_a_run(server, client, working):
    del client.headers["X-XSRFToken"]
    answer = client.post(f"{server.url}/artia/api/runs/{working.id}/stop")
    assert answer.status_code == 403
    assert working.status() == "running"


@pytest.mark.parametrize("path", ["runs", "runs/{id}", "runs/{id}/files/a.png", "runs/{id}/preview"])
def test_a_stranger_learns_nothing(server, finished, path):
    answer = requests.get(
        f"{server.url}/artia/api/{path.format(id=finished.id)}", timeout=20, allow_redirects=False
    )
    assert answer.status_code in (302, 403)


@pytest.mark.parametrize("name", ["last", "20", "..", "%2Fetc", "%2e%2e%2Fruns", "a%00b"])
def test_only_a_whole_id_names_a_run(server, client, finished, name):
    answer = client.get(f"{server.url}/artia/api/runs/{name}")
    assert answer.status_code in (400, 404)


def test_says_which_run_is_missing(server, client):
    answer = client.get(f"{server.url}/artia/api/runs/100%25")
    assert answer.json() == {"message": "There is no run “100%” here any more."}


@pytest.mark.parametrize("limit", ["-1", "", "1e3", "501", "9" * 400, "²"])
def test_refuses_a_limit_that_is_no_number_and_says_what_is_allowed(server, client, limit):
    answer = client.get(f"{server.url}/artia/api/runs", params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json() == {"message": "“limit” has to be a whole number from 0 to 500."}
