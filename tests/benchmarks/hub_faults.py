"""Kill -9 of each part of a hub while people work: how soon it is back, and what is lost.

``python tests/benchmarks/hub_faults.py [--people 20] [--calm 6] [--mode shared-account|unix-accounts]``

Opens a hub as `artia hub` does, with seats in a shared account, or as root in an account for each of the people,
who then join a workshop, which is closed at the end. Each of the people, over HTTP and a websocket as
JupyterLab speaks, saves files, executes cells, and in some of them runs an experiment that waits for its place in
the queue. Whatever was acknowledged, a file by its server or a run by its record, has to be there at the end.

Per fault: *part* is how long until what was killed works again, measured at what it does and not at its process;
*routes* until the board and every open seat answer through the proxy; *people* until each of them has
got something done that was begun after the fault. Exit code 1 if anything was lost, or routes came back late.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import requests
import websocket

from artia_lab.hub import Settings, places
from artia_lab.hub.board import address
from artia_lab.hub.seats.servers import Servers, _ask
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS
from artia_lab.hub.workshops import accounts
from artia_lab.runs import RunFolder
from artia_lab.slots.line import command
from artia_lab.slots.people import Person as Asker
from artia_lab.slots.people import Tokens

ROUTES_WITHIN_S = 10.0
PATIENCE_S = 90.0
SHORT = "import artia_lab; "
SHORT += "_r = artia_lab.start('text.corpus-keyboard', {corpus!r}, {{'seed': {seed}, 'length': 100}}); "
SHORT += "(_r.id, _r.wait(60))"
LONG = "import artia_lab; _l = artia_lab.start('image.small-model', {corpus!r}, {{'steps': 20000}}); _l.id"
TEXTS, PICTURES = "starter/texts-en", "starter/drawings"


class Room:
    """A hub in a process of its own."""

    def __init__(self, folder: Path, mode: str, people: int) -> None:
        self.folder, self.state = folder, folder / "s"
        given: dict[str, Any] = {"mode": mode, "language": "en", "state_folder": str(self.state)}
        given |= dict(zip(("port", "hub_port", "proxy_port"), _free_ports(3), strict=True))
        given |= {"root_seats": os.geteuid() == 0, "seats": 100, "minimum_run_s": 2}
        (folder / "hub.toml").write_text("".join(f"{name} = {json.dumps(each)}\n" for name, each in given.items()))
        # Its own fork servers, so that those of nobody else are killed.
        os.environ |= {"XDG_RUNTIME_DIR": str(folder), "ARTIA_HOME": str(folder / "home")}
        self.settings = Settings(**given)
        self.url = self.settings.url.rstrip("/")
        words = [str(Path(sys.executable).with_name("artia")), "hub", "--config", str(folder / "hub.toml")]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=folder)
        until(lambda: "The hub is open" in (folder / "log").read_text(errors="replace"))
        self.code = self.password = ""
        if mode == SHARED_ACCOUNT:
            self.password = (self.state / "password").read_text().strip()
        else:
            told = self.workshop("open", "--seats", str(people), "--hours", "1")
            self.code = str(told["code"])

    def workshop(self, what: str, *words: str) -> dict[str, Any]:
        """Open or close the workshop, on the command line."""
        artia = str(Path(sys.executable).with_name("artia"))
        command = [artia, "workshop", what, "faults", *words, "--json", "--config", str(self.folder / "hub.toml")]
        done: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return done

    def processes(self, word: str, name: str = "") -> list[psutil.Process]:
        """Find this hub's processes by a word of their command, and by the name they were given."""
        found = []
        for each in psutil.process_iter(["cmdline", "environ", "name"]):
            ours = any(str(self.folder) in value for value in (each.info["environ"] or {}).values())
            called = any(word in part for part in each.info["cmdline"] or [])
            if ours and called and (not name or each.info["name"] == name):
                found.append(each)
        return found

    def fork_servers(self) -> list[psutil.Process]:
        """Find the fork servers; what they forked has a name of its own."""
        words = {"artia_lab.warm.server", str(Servers(self.settings).folder)}
        everything = psutil.process_iter(["cmdline", "name"])
        found = (each for each in everything if words <= {*(each.info["cmdline"] or ())})
        return [each for each in found if each.info["name"].startswith("python")]

    def close(self) -> None:
        """Close it, and leave nothing behind."""
        self.process.terminate()
        self.process.wait(90)
        for each in self.processes(""):
            each.kill()


class Person(threading.Thread):
    """Somebody who works in their seat until they are told to leave."""

    def __init__(self, room: Room, number: int) -> None:
        super().__init__(daemon=True)
        self.room, self.person = room, f"person{number:02}"
        self.number, self.step = number, 0
        self.leaving = threading.Event()
        self.files: dict[str, str] = {}
        self.finished: list[str] = []
        self.kernel, self.failures = "", 0
        # The beginning of the last step that was done.
        self.began = self.worked = float("-inf")
        self._line: websocket.WebSocket | None = None
        self._session = requests.Session()

    def join_hub(self) -> None:
        """Log in, or join the workshop, and open the seat."""
        place = "/hub/join" if self.room.code else "/hub/login"
        page = self._session.get(f"{self.room.url}{place}", timeout=30)
        field = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', page.text)
        assert field, page.text
        form = {"_xsrf": field[1], "username": self.person, "password": self.room.password}
        if self.room.code:
            form = {"_xsrf": field[1], "code": self.room.code, "shown_name": self.person}
        answer = self._session.post(f"{self.room.url}{place}", data=form, timeout=60)
        if self.room.code:
            seat = re.search(r"/hub/spawn/([\w-]+)", answer.text)
            assert seat, answer.text
            self.person = seat[1]
        until(self.enter)

    @property
    def seat(self) -> str:
        """The address of their seat."""
        return f"{self.room.url}/user/{self.person}"

    def enter(self) -> bool:
        """Open the page of the seat, as a browser that asks again does; it starts what has ended."""
        try:
            self._session.get(f"{self.room.url}/hub/spawn/{self.person}", timeout=30)
            page = self._session.get(f"{self.seat}/lab", timeout=30)
        except requests.RequestException:
            return False
        mine = [
            each.value
            for each in self._session.cookies
            if each.path == f"/user/{self.person}/" and each.name == "_xsrf"
        ]
        if not (page.ok and mine and page.url.startswith(self.seat)):
            return False
        self._session.headers["X-XSRFToken"] = mine[0]
        return True

    def answers(self) -> bool:
        """Whether the seat answers through the proxy."""
        try:
            return self._session.get(f"{self.seat}/api/status", timeout=2).ok
        except requests.RequestException:
            return False

    def run(self) -> None:
        """Work."""
        while not self.leaving.is_set():
            began = time.monotonic()
            try:
                self._work()
                self.worked, self.began = time.monotonic(), began
            except (requests.RequestException, websocket.WebSocketException, OSError, ValueError, KeyError):
                self.failures += 1
                self._hang_up()
                self.leaving.wait(0.3)
                if not self.answers():
                    self.enter()

    def _work(self) -> None:
        self.step += 1
        content = f"{self.person} {self.step} {uuid.uuid4()}"
        name = f"{self.person}-{self.step}.txt"
        body = {"type": "file", "format": "text", "content": content}
        self._session.put(f"{self.seat}/api/contents/{name}", json=body, timeout=20).raise_for_status()
        self.files[name] = content
        if self.step % 4 != 1:
            if self.execute(f"{self.step} * 2") != str(self.step * 2):
                raise ValueError("wrong")
            self.leaving.wait(0.5)
            return
        run, state = eval(self.execute(SHORT.format(corpus=TEXTS, seed=self.step)))
        if state == "finished":
            self.finished.append(run)

    def execute(self, code: str, patience_s: float = 0.0) -> str:
        """Execute a cell, in a kernel that is opened if there is none; wait for each answer so long, in s."""
        if (
            not self.kernel
            or self._session.get(f"{self.seat}/api/kernels/{self.kernel}", timeout=20).status_code == 404
        ):
            answer = self._session.post(f"{self.seat}/api/kernels", json={"name": "artia"}, timeout=60)
            answer.raise_for_status()
            self._hang_up()
            self.kernel = answer.json()["id"]
        if self._line is None:
            cookies = "; ".join(f"{each.name}={each.value}" for each in self._session.cookies)
            where = f"{self.seat.replace('http', 'ws')}/api/kernels/{self.kernel}/channels"
            self._line = websocket.create_connection(where, cookie=cookies, timeout=8)
        self._line.settimeout(patience_s or (60 if "artia_lab" in code else 8))
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
        header |= {"username": self.person, "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        cell = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        cell |= {"allow_stdin": False, "stop_on_error": True}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": cell}
        self._line.send(json.dumps(message))
        while True:
            said = json.loads(self._line.recv())
            if said["msg_type"] == "status" and said["content"]["execution_state"] in ("restarting", "dead"):
                raise ValueError("the kernel died")
            if said["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if said["msg_type"] == "error":
                raise AssertionError(str(said["content"]["evalue"]))
            if said["msg_type"] == "execute_result":
                return str(said["content"]["data"]["text/plain"])

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    @property
    def home(self) -> Path:
        """Their home under the hub's state."""
        if self.room.code:
            return accounts.home_of(self.person) / "artia"
        return self.room.state / "people" / self.person / "artia"

    def lost_files(self) -> int:
        """Count acknowledged files that are not there, whole."""
        return sum(not _holds(self.home / name, content) for name, content in self.files.items())

    def lost_runs(self) -> int:
        """Count finished runs whose record or outputs are not there, whole."""
        return sum(not _whole(self.home / "runs" / run) for run in self.finished)


def _holds(file: Path, content: str) -> bool:
    return file.is_file() and file.read_text() == content


def _whole(folder: Path) -> bool:
    record = RunFolder(folder).record() if (folder / "request.json").is_file() else None
    if record is None or record["status"] != "finished":
        return False
    return all(
        hashlib.sha256((folder / each["path"]).read_bytes()).hexdigest() == each["sha256"]
        for each in record["outputs"]
    )


def until(happened: Callable[[], Any], patience_s: float = PATIENCE_S) -> float:
    """Wait until something has happened; give how long it took, in s."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > patience_s:
            raise SystemExit(f"{happened} did not happen within {patience_s:g} s")
        time.sleep(0.05)
    return time.monotonic() - began


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Faults:
    """What is killed, and how one sees that it works again."""

    def __init__(self, room: Room, people: list[Person]) -> None:
        self.room, self.people = room, people
        self.token = Tokens(places.tokens_of(room.settings)).admit(Asker(user="benchmark", facilitator=True))

    def every(self) -> dict[str, Callable[[], Callable[[], Any]]]:
        """List them: each kills something, and gives what tells that it works again."""
        return {
            "hub": self.hub,
            "proxy": self.proxy,
            "broker": self.broker,
            "fork servers": self.fork_servers,
            "a seat": self.a_seat,
            "a kernel": self.a_kernel,
            "a worker": self.a_worker,
        }

    def routes(self) -> bool:
        """Whether the board and every seat answer through the proxy."""
        try:
            board = requests.get(f"{self.room.url}{address.PREFIX}metrics", timeout=2).status_code == 403
        except requests.RequestException:
            return False
        return board and all(each.answers() for each in self.people)

    def told(self) -> dict[str, Any]:
        """Ask the broker; empty when it does not answer."""
        try:
            return command(places.socket_of(self.room.settings), {"tell": True}, self.token)
        except OSError:
            return {}

    def hub(self) -> Callable[[], Any]:
        _kill(self.room.processes("jupyterhub_config.py"))
        api = f"http://127.0.0.1:{self.room.settings.hub_port}/hub/api/"
        return lambda: _answers(api)

    def proxy(self) -> Callable[[], Any]:
        _kill(self.room.processes("configurable-http-proxy"))
        return lambda: _answers(f"{self.room.url}/hub/login")

    def broker(self) -> Callable[[], Any]:
        before = sum(each["leases"] for each in self.told()["totals"])
        _kill(self.room.processes("slots.broker"))
        # It works when it has lent a place since, and that place was given back.
        return lambda: sum(each["leases"] for each in self.told().get("totals", [])) > before

    def fork_servers(self) -> Callable[[], Any]:
        servers = Servers(self.room.settings)
        _kill(self.room.fork_servers(), 2)
        # They work when they have imported everything, and answer.
        sites = (servers.seats, servers.kernels)
        return lambda: all(_ask(site, {"ask": "ready"}).get("pid") for site in sites)

    def a_seat(self) -> Callable[[], Any]:
        victim = self.people[0]
        seats = [each for each in psutil.process_iter(["name", "cwd"]) if each.info["name"] == "seat"]
        _kill([each for each in seats if str(each.info["cwd"]) == str(victim.home.parent)])
        moment = time.monotonic()
        return lambda: victim.began > moment

    def a_kernel(self) -> Callable[[], Any]:
        victim = self.people[1]
        pid = int(victim_pid(victim))
        os.kill(pid, signal.SIGKILL)
        moment = time.monotonic()
        return lambda: victim.began > moment

    def a_worker(self) -> Callable[[], Any]:
        victim = self.people[2]
        run = long_run(victim)
        folder = RunFolder(victim.home / "runs" / run)
        until(lambda: any(each["run"] == run for each in self.told().get("leases", [])))
        os.kill(folder.progress()["pid"], signal.SIGKILL)
        # Its place is free again, and everybody sees that it was interrupted.
        return lambda: folder.status() == "interrupted" and all(e["run"] != run for e in self.told()["leases"])


def victim_pid(person: Person) -> str:
    """Ask a person's kernel, in a session of its own, which process it is."""
    other = _beside(person)
    return other.execute("__import__('os').getpid()", PATIENCE_S)


def long_run(person: Person) -> str:
    """Start a run that takes long, from a session beside the person's own."""
    other = _beside(person)
    return str(eval(other.execute(LONG.format(corpus=PICTURES), PATIENCE_S)))


def _beside(person: Person) -> Person:
    other = Person(person.room, person.number)
    other.person, other._session, other.kernel = person.person, person._session, person.kernel
    return other


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _kill(processes: list[psutil.Process], count: int = 1) -> None:
    if len(processes) != count or not processes:
        raise SystemExit(f"{len(processes)} processes to kill, not {count}")
    for each in processes:
        each.kill()


def measure(room: Room, count: int, calm_s: float) -> int:
    """Let people work, kill one part after another, and print what happened."""
    people = [Person(room, number) for number in range(count)]
    began = time.monotonic()
    joining = [threading.Thread(target=each.join_hub) for each in people]
    for each in joining:
        each.start()
    for each in joining:
        each.join()
    print(f"{count} seats are open after {time.monotonic() - began:.1f} s", flush=True)
    for each in people:
        each.start()
    until(lambda: all(each.finished for each in people), 180)
    faults, late = Faults(room, people), False
    print(f"{'killed':<14}{'part, s':>9}{'routes, s':>11}{'people, s':>11}", flush=True)
    for name, kill in faults.every().items():
        time.sleep(calm_s)
        works = kill()
        moment = time.monotonic()
        took: dict[str, float] = {}

        def watch(
            what: str, happened: Callable[[], Any], into: dict[str, float] = took, at: float = moment
        ) -> None:
            until(happened)
            into[what] = time.monotonic() - at

        someone = people[1:] if name == "a seat" else people
        faults.people = someone
        tests = {
            "part": works,
            "routes": faults.routes,
            "people": lambda at=moment: all(each.began > at for each in people),
        }
        watching = [threading.Thread(target=watch, args=pair) for pair in tests.items()]
        for each in watching:
            each.start()
        for each in watching:
            each.join()
        if len(took) < len(tests):
            return 1
        late |= took["routes"] > ROUTES_WITHIN_S
        print(f"{name:<14}{took['part']:>9.1f}{took['routes']:>11.1f}{took['people']:>11.1f}", flush=True)
        faults.people = people
    for each in people:
        each.leaving.set()
    for each in people:
        each.join(90)
    files, runs = sum(len(each.files) for each in people), sum(len(each.finished) for each in people)
    lost_files, lost_runs = sum(each.lost_files() for each in people), sum(each.lost_runs() for each in people)
    failures = sum(each.failures for each in people)
    print(f"{files} files saved, {lost_files} lost; {runs} runs finished, {lost_runs} lost")
    print(f"{failures} steps were tried again")
    return int(late or bool(lost_files or lost_runs))


def main() -> int:
    """Measure.

    Returns
    -------
    int
        Exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--calm", type=float, default=4.0, help="seconds between two faults")
    parser.add_argument("--mode", choices=(SHARED_ACCOUNT, UNIX_ACCOUNTS), default=SHARED_ACCOUNT)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ahf"))
    room = Room(folder, asked.mode, asked.people)
    try:
        return measure(room, asked.people, asked.calm)
    finally:
        if room.code:
            # With the accounts of everybody.
            room.workshop("close")
        room.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
