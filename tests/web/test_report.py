"""What a real seat says to the board of its hub, and how it takes orders; the board is a small one."""

from __future__ import annotations

import itertools
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests
import websocket

from artia_lab.home import data_folder
from artia_lab.hub.board import reports
from artia_lab.runs import Request, RunFolder
from artia_lab.runs import events as diary

TOKEN, SEAT = "a-token-for-the-tests", "the-seat-s-own-token"
PATIENCE_S = 60.0


class Board(ThreadingHTTPServer):
    """Keeps what it is told; gives the orders that a test puts in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.told: list[dict[str, Any]] = []
        self.orders: queue.Queue[dict[str, Any]] = queue.Queue()
        self.knows, self.strangers = True, 0

    @property
    def last(self) -> dict[str, Any]:
        """The last whole report."""
        return next((each for each in reversed(self.told) if each), {})


class _Answers(BaseHTTPRequestHandler):
    server: Board

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"token {SEAT}":
            self.server.strangers += 1
        self.server.told.append(content)
        self._answer({"known": self.server.knows or bool(content)})

    def do_GET(self) -> None:
        after = re.search(r"after=(\d+)", self.path)
        if after is None:
            self._answer({"orders": [], "last": 100})
            return
        try:
            order = {"number": int(after[1]) + 1, "by": "fay", **self.server.orders.get(timeout=1)}
            self._answer({"orders": [order], "last": order["number"]})
        except queue.Empty:
            self._answer({"orders": [], "last": int(after[1])})

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        return


class Seat:
    """A Jupyter Server with the extension, which believes that it is on a hub."""

    def __init__(self, folder: Path, board: Board, port: int) -> None:
        self.home, self.board, self.url = folder / "artia", board, f"http://127.0.0.1:{port}"
        (folder / "etc/jupyter_server_config.d").mkdir(parents=True)
        switched_on = {"ServerApp": {"jpserver_extensions": {"artia_lab.web": True}}}
        (folder / "etc/jupyter_server_config.d/artia_lab.json").write_text(json.dumps(switched_on))
        (self.home / "notebooks/en").mkdir(parents=True)
        environment = os.environ | {
            "ARTIA_HOME": str(self.home),
            "ARTIA_LANG": "en",
            "ARTIA_BOARD": f"http://127.0.0.1:{board.server_address[1]}",
            "JUPYTERHUB_API_TOKEN": SEAT,
            "JUPYTER_CONFIG_PATH": str(folder / "etc"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTER_TOKEN": TOKEN,
        }
        options = ["--allow-root", "--no-browser", f"--port={port}", f"--ServerApp.root_dir={self.home}"]
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", *options],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {TOKEN}"

    def ask(self, path: str, content: Any = None) -> Any:
        """Ask the server, as the page does."""
        method = "GET" if content is None else "POST"
        answer = self.session.request(method, f"{self.url}/{path}", json=content, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def notebook(self, path: str, *cells: str) -> tuple[str, list[str]]:
        """Open a notebook, and give its kernel and the ids of its cells."""
        made = [nbformat.v4.new_markdown_cell("# One"), *map(nbformat.v4.new_code_cell, cells)]
        document = nbformat.v4.new_notebook(cells=made)
        nbformat.write(document, self.home / path)
        kernel = {"name": "artia"}
        session = self.ask("api/sessions", {"path": path, "name": "", "type": "notebook", "kernel": kernel})
        return session["kernel"]["id"], [each["id"] for each in document.cells[1:]]

    def execute(self, kernel: str, code: str, cell: str) -> websocket.WebSocket:
        """Execute a cell as JupyterLab does, without waiting for its end."""
        address = f"{self.url.replace('http', 'ws')}/api/kernels/{kernel}/channels?token={TOKEN}"
        channel = websocket.create_connection(address, timeout=60)
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
        header |= {"username": "ada", "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        said = {"channel": "shell", "header": header, "parent_header": {}, "content": content}
        channel.send(json.dumps(said | {"metadata": {"cellId": cell}}))
        return channel


def until(happened: Callable[[], Any]) -> Any:
    """Wait until something has happened."""
    end = time.monotonic() + PATIENCE_S
    while not (found := happened()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """One seat and one board for all of these tests."""
    board = Board()
    threading.Thread(target=board.serve_forever, daemon=True).start()
    probe = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    port = probe.server_address[1]
    probe.server_close()
    there = Seat(tmp_path_factory.mktemp("seat"), board, port)
    until(lambda: board.told or there.process.poll() is not None)
    yield there
    there.process.terminate()
    there.process.wait(20)
    board.shutdown()
    board.server_close()


@pytest.fixture(autouse=True)
def in_the_seat_s_home(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where the seat does."""
    monkeypatch.setenv("ARTIA_HOME", str(seat.home))


def test_the_board_is_told_in_which_cell_somebody_is_and_how_it_ended(seat):
    kernel, (first, second) = seat.notebook("notebooks/mine.ipynb", "1/0", "import time; time.sleep(60)")
    seat.execute(kernel, "1/0", first)
    where = until(lambda: (seat.board.last["where"] or {}).get("state") == "failed" and seat.board.last["where"])
    assert (where["notebook"], where["cell"], where["cells"]) == ("notebooks/mine.ipynb", 1, 2)
    assert (where["error"], where["failures"]) == ("ZeroDivisionError: division by zero", 1)
    seat.execute(kernel, "import time; time.sleep(60)", second)
    where = until(lambda: seat.board.last["where"]["state"] == "running" and seat.board.last["where"])
    assert (where["cell"], where["kernel"], where["error"]) == (2, "busy", "")
    seat.session.post(f"{seat.url}/api/kernels/{kernel}/interrupt", timeout=30)
    # Whoever stops a cell by themselves has not failed.
    where = until(lambda: seat.board.last["where"]["state"] == "done" and seat.board.last["where"])
    assert where["failures"] == 0
    assert reports.read(seat.board.last).where.state == "done"
    assert seat.board.strangers == 0


def test_what_the_page_says_of_the_place_counts_more_than_the_file(seat):
    assert seat.ask("artia/api/here", {"notebook": "notebooks/mine.ipynb", "cell": 5, "cells": 7}) == {
        "known": True
    }
    where = until(lambda: seat.board.last["where"]["cell"] == 5 and seat.board.last["where"])
    assert where["cells"] == 7


@pytest.mark.parametrize(
    "content", [{}, {"notebook": "a", "cell": "1", "cells": 2}, {"notebook": 1, "cell": 1, "cells": 2}]
)
def test_what_is_no_place_is_refused(seat, content):
    answer = seat.session.post(f"{seat.url}/artia/api/here", json=content, timeout=30)
    assert answer.status_code == 400


def test_the_board_is_told_of_runs_and_whether_they_failed(seat):
    request = Request(experiment="image.self-mosaic", parameters={}, corpus_id="starter", corpus_digest="0" * 64)
    run, claim = RunFolder.create(request, seat.home / "runs")
    run.say("state", state="running", pid=os.getpid())
    run.say("step", step=3, steps=9, metrics={})
    work = until(lambda: [e for e in seat.board.last["works"] if e["step"] == 3])[0]
    assert (work["run"], work["state"], work["steps"]) == (run.id, "running", 9)
    run.finish(run.closing_record("failed") | {"error": {"message": "Too large for this corpus."}})
    os.close(claim)
    work = until(lambda: [e for e in seat.board.last["works"] if e["state"] == "failed"])[0]
    assert work["error"] == "Too large for this corpus."
    assert seat.board.last["counts"] == {"failed": 1}
    assert not diary.worked_on(run.diary)


def test_nothing_is_told_twice_and_a_board_that_forgot_is_told_everything(seat):
    time.sleep(2.5)
    seat.board.knows = False
    count = len(seat.board.told)
    until(lambda: {} in seat.board.told[count:-1])
    seat.board.knows = True
    beat = seat.board.told.index({}, count)
    assert seat.board.told[beat + 1]["where"]["notebook"] == "notebooks/mine.ipynb"
    assert all(one != other for one, other in itertools.pairwise(seat.board.told[: beat + 1]))


def test_a_message_of_the_facilitator_is_for_the_page(seat):
    begin = seat.ask("artia/api/orders")
    assert begin["hub"] is True
    seat.board.orders.put({"do": "message", "text": "Ten minutes left"})
    answer = seat.ask(f"artia/api/orders?after={begin['last']}")
    assert [(each["do"], each["text"]) for each in answer["orders"]] == [("message", "fay: Ten minutes left")]
    assert answer["last"] > begin["last"]


def test_a_notebook_that_is_sent_twice_with_other_content_takes_nobody_s_place(seat):
    begin = seat.ask("artia/api/orders")
    for content in ("one", "one", "two"):
        seat.board.orders.put({"do": "open", "name": "../../../essai.ipynb", "content": content})
    until(lambda: (seat.home / "notebooks/essai (2).ipynb").exists())
    assert (seat.home / "notebooks/essai.ipynb").read_text() == "one"
    assert (seat.home / "notebooks/essai (2).ipynb").read_text() == "two"
    paths = [each["path"] for each in seat.ask(f"artia/api/orders?after={begin['last']}")["orders"]]
    assert paths == ["notebooks/essai.ipynb", "notebooks/essai.ipynb", "notebooks/essai (2).ipynb"]


def test_a_notebook_of_the_library_begins_anew_with_the_work_kept(seat):
    original = (data_folder("notebooks") / "en" / "T1-corpus-keyboard.ipynb").read_bytes()
    mine = seat.home / "notebooks/en/T1-corpus-keyboard.ipynb"
    mine.write_bytes(b"what I made")
    answer = seat.ask("artia/api/notebooks/anew", {"notebook": "notebooks/en/T1-corpus-keyboard.ipynb"})
    assert mine.read_bytes() == original
    assert (seat.home / answer["kept"]).read_bytes() == b"what I made"
    assert (seat.home / answer["kept"]).name in answer["message"]
    # Again, there is nothing to keep.
    again = seat.ask("artia/api/notebooks/anew", {"notebook": "notebooks/en/T1-corpus-keyboard.ipynb"})
    assert again["kept"] == ""
    assert len(list(mine.parent.glob("T1*my work*"))) == 1


@pytest.mark.parametrize(
    "notebook",
    ["notebooks/mine.ipynb", "notebooks/en/../../mine.ipynb", "notebooks/en/none.ipynb", "/etc/passwd", ""],
)
def test_what_the_library_does_not_have_does_not_begin_anew(seat, notebook):
    answer = seat.session.post(f"{seat.url}/artia/api/notebooks/anew", json={"notebook": notebook}, timeout=30)
    assert answer.status_code == 404
    assert "The library has no notebook" in answer.json()["message"]


def test_a_board_that_is_away_for_a_while_is_told_when_it_is_back(seat):
    port = seat.board.server_address[1]
    seat.board.shutdown()
    seat.board.server_close()
    time.sleep(1.5)
    back = Board.__new__(Board)
    ThreadingHTTPServer.__init__(back, ("127.0.0.1", port), _Answers)
    back.told, back.orders, back.knows, back.strangers = [], queue.Queue(), True, 0
    seat.board = back
    threading.Thread(target=back.serve_forever, daemon=True).start()
    (seat.home / "runs").mkdir(exist_ok=True)
    seat.ask("artia/api/here", {"notebook": "notebooks/mine.ipynb", "cell": 6, "cells": 7})
    until(lambda: back.last.get("where", {}).get("cell") == 6)
