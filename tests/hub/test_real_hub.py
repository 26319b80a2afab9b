"""A real JupyterHub with its proxy from npm, opened as a facilitator opens it, and people at a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import requests

from artia_lab.errors import Mistake
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS, Settings
from artia_lab.hub.start import check_account

STARTED_S = 60
# How many come at the same minute.
CROWD = 12
# What userdel ends with when somebody still wrote into the home that it removed.
HOME_NOT_REMOVED = 12


def accounts_can_be_tried() -> bool:
    """Whether this is root, on a machine where other accounts can read the program."""
    try:
        check_account(Settings(mode=UNIX_ACCOUNTS))
    except Mistake:
        return False
    return True


@dataclass
class Hub:
    """A hub in a process of its own."""

    settings: Settings
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """Where it is, without the last slash."""
        return self.settings.url.rstrip("/")

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def open(self) -> None:
        """Open it as `artia hub --config FILE` does, and wait for its welcome."""
        words = [str(Path(sys.executable).with_name("artia")), "hub", "--config", str(self.folder / "hub.toml")]
        before = self.log.count("The hub is open") if (self.folder / "log").exists() else 0
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder)
        wait_for(lambda: self.log.count("The hub is open") > before or self.process.poll() is not None, self)
        assert self.process.poll() is None, self.log

    def children(self, word: str) -> list[psutil.Process]:
        """Find this hub's processes: the ones of its folder whose command has a word in it."""
        found = []
        for each in psutil.process_iter(["cmdline", "environ"]):
            words, environ = each.info["cmdline"] or [], each.info["environ"] or {}
            ours = any(str(self.folder) in each for each in environ.values())
            if ours and any(word in part for part in words):
                found.append(each)
        return found

    def seats(self, account: str = "") -> list[psutil.Process]:
        """Find this hub's seats, which are forked: by their name, and by the account or the folder they are in."""
        found = []
        for each in psutil.process_iter(["name", "cwd", "username"]):
            place = each.info["cwd"] or ""
            theirs = each.info["username"] == account if account else place.startswith(str(self.folder))
            if each.info["name"] == "seat" and theirs:
                found.append(each)
        return found

    def close(self) -> int:
        """Close it as Ctrl-C or a service manager does."""
        self.process.terminate()
        return self.process.wait(STARTED_S)


@dataclass
class Person:
    """Somebody at a browser."""

    hub: Hub
    name: str
    session: requests.Session = field(default_factory=requests.Session)

    def join(self, password: str) -> requests.Response:
        """Fill in the form of the hub's first page."""
        page = self.session.get(f"{self.hub.url}/hub/login", timeout=30)
        xsrf = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', page.text)
        assert xsrf, page.text
        form = {"username": self.name, "password": password, "_xsrf": xsrf[1]}
        return self.session.post(f"{self.hub.url}/hub/login?next=%2Fhub%2Fhome", data=form, timeout=30)

    def seat(self) -> str:
        """Wait for one's own server, and give its address."""
        seat = f"{self.hub.url}/user/{self.name}"
        self.session.get(f"{self.hub.url}/hub/spawn/{self.name}", timeout=60)
        wait_for(lambda: self._enter(seat), self.hub)
        return seat

    def _enter(self, seat: str) -> bool:
        page = self.session.get(f"{seat}/lab", timeout=60)
        cookies = {each.path: each.value for each in self.session.cookies if each.name == "_xsrf"}
        mine = cookies.get(f"/user/{self.name}/")
        if mine:
            self.session.headers["X-XSRFToken"] = mine
        return page.ok and bool(mine) and page.url.startswith(seat)

    def compute(self, seat: str, code: str, kernel: str = "artia") -> str:
        """Run a cell in a new kernel, over a websocket, and give the text of its result."""
        import websocket

        answer = self.session.post(f"{seat}/api/kernels", json={"name": kernel}, timeout=60)
        assert answer.status_code == 201, answer.text
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.session.cookies)
        address = f"{seat.replace('http', 'ws')}/api/kernels/{answer.json()['id']}/channels"
        channel = websocket.create_connection(address, cookie=cookies, timeout=60)
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
        header |= {"username": self.name, "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
        channel.send(json.dumps(message))
        while True:
            said = json.loads(channel.recv())
            if said["parent_header"].get("msg_id") == header["msg_id"] and said["msg_type"] in (
                "execute_result",
                "error",
            ):
                channel.close()
                return said["content"].get("data", {}).get("text/plain", str(said["content"]))


def wait_for(happened: Callable[[], bool], hub: Hub) -> None:
    """Wait until something has happened, and show what the hub said if it never does."""
    end = time.monotonic() + STARTED_S
    while not happened():
        assert time.monotonic() < end, hub.log
        time.sleep(0.2)


def answers(hub: Hub) -> bool:
    """Whether the hub itself is there, and not only its proxy."""
    try:
        return requests.get(f"{hub.url}/hub/api", timeout=5).ok
    except requests.ConnectionError:
        return False


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on."""
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
def new_hub(tmp_path: Path) -> Iterator[Callable[..., Hub]]:
    """Open hubs, and leave nothing of them behind."""
    opened: list[Hub] = []

    def make(**given: object) -> Hub:
        port, hub_port, proxy_port = free_ports(3)
        folder = tmp_path / f"hub{len(opened)}"
        folder.mkdir()
        wanted = {"port": port, "hub_port": hub_port, "proxy_port": proxy_port, "language": "fr"}
        wanted |= {"state_folder": str(folder / "state"), "root_seats": os.geteuid() == 0} | given
        (folder / "hub.toml").write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items())
        )
        hub = Hub(Settings(**wanted), folder)
        opened.append(hub)
        hub.open()
        return hub

    yield make
    for hub in opened:
        if hub.process.poll() is None:
            hub.close()
        for each in hub.children(""):
            each.kill()


def test_a_person_joins_computes_and_survives_a_crash_of_the_hub(new_hub):

    hub = new_hub(mode=SHARED_ACCOUNT)
    state = hub.folder / "state"
    password = (state / "password").read_text().strip()

    # Nobody enters without the password, nor under a name that would lead elsewhere.
    assert Person(hub, "ada").join("wrong-password").status_code == 403
    assert Person(hub, "../ada").join(password).status_code == 403
    ada = Person(hub, "ada")
    assert ada.join(password).ok
    seat = ada.seat()

    # The seat has the notebooks in the hub's language, JupyterLab in French, and a kernel that counts.
    listed = ada.session.get(f"{seat}/api/contents/notebooks/fr", timeout=30).json()
    assert listed["type"] == "directory"
    settings = ada.session.get(f"{seat}/lab/api/settings/@jupyterlab/translation-extension:plugin", timeout=30)
    assert settings.json()["schema"]["properties"]["locale"]["default"] == "fr_FR"
    assert ada.session.get(f"{seat}/artia/api/runs", timeout=30).json() == {"runs": []}
    assert ada.compute(seat, "1+1") == "2"
    assert ada.compute(seat, "from artia_lab.home import home; str(home())") == repr(f"{state}/people/ada/artia")

    # Another person has no way in, and cannot make hers act.
    zoe = Person(hub, "zoe")
    assert zoe.join(password).ok
    assert zoe.session.get(f"{seat}/api/contents", timeout=30).status_code in (403, 404)
    without = requests.Session()
    without.cookies.update(ada.session.cookies)
    assert without.post(f"{seat}/api/kernels", json={"name": "artia"}, timeout=30).status_code == 403

    # Secrets are nobody else's to read, and are in no log.
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for name in ("password", "cookie-secret"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    assert password not in hub.log

    # The hub is killed: the seat answers all the same, and the hub that is opened again by itself knows it.
    (alone,) = hub.seats()
    (program,) = hub.children("jupyterhub_config.py")
    program.send_signal(signal.SIGKILL)
    assert ada.session.get(f"{seat}/api/status", timeout=30).ok
    wait_for(lambda: program not in hub.children("jupyterhub_config.py") and answers(hub), hub)
    assert ada.compute(seat, "6*7") == "42"
    assert hub.seats() == [alone]
    assert ada.session.get(f"{hub.url}/hub/spawn/ada", timeout=60).url.startswith(seat)

    # Closed, it leaves no process.
    assert hub.close() == 0
    wait_for(lambda: not hub.seats() and not hub.children("configurable-http-proxy"), hub)
    with pytest.raises(requests.ConnectionError):
        requests.get(hub.url, timeout=5)


@pytest.fixture
def runtime(monkeypatch):
    """Keep the fork servers of a hub apart from any other."""
    folder = Path(tempfile.mkdtemp(prefix="sh-", dir="/tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    shutil.rmtree(folder)


def servers(runtime: Path) -> list[psutil.Process]:
    """List the fork servers: for seats first, then for kernels."""
    found = []
    for each in psutil.process_iter(["cmdline", "name", "ppid"]):
        words = each.info["cmdline"] or []
        if "artia_lab.warm.server" in words and str(runtime / "artia") in words and each.info["name"] != "seat":
            found.append(each)
    forked = {each.pid for each in found}
    found = [each for each in found if each.info["ppid"] not in forked]
    return sorted(found, key=lambda each: "artia_lab.web.seat" not in each.info["cmdline"])


def hub_token(person: Person) -> str:
    """Give what shows the hub that a request comes from one of its own pages."""
    return next(each.value for each in person.session.cookies if each.name == "_xsrf" and each.path == "/hub/")


def follow(person: Person, said: list[dict]) -> None:
    """Ask for a seat, and note what the waiting page is told until it is ready."""
    page = person.session.get(f"{person.hub.url}/hub/spawn/{person.name}", timeout=60)
    assert page.ok, page.text
    if "spawn-pending" in page.url:
        address = f"{person.hub.url}/hub/api/users/{person.name}/server/progress"
        token = next(
            each.value for each in person.session.cookies if each.name == "_xsrf" and each.path == "/hub/"
        )
        with person.session.get(address, stream=True, timeout=60, headers={"X-XSRFToken": token}) as stream:
            said.extend(json.loads(line[5:]) for line in stream.iter_lines() if line.startswith(b"data:"))


def places_in(told: dict[str, list[dict]]) -> list[int]:
    """Give the first place in the line of each person who had to wait."""
    found = [[each["position"] for each in said if each.get("position")] for said in told.values()]
    return [places[0] for places in found if places]


@pytest.fixture
def hub_of_seats(runtime, new_hub):
    """Open a hub that starts two seats at a time, and wait until its fork servers have imported."""
    opened = new_hub(mode=SHARED_ACCOUNT, starts_at_once=2, seats=CROWD, seat_memory_mb=1500, language="en")
    wait_for(lambda: len(list((runtime / "artia").glob("warm-*.sock"))) == 2, opened)
    return opened


def test_many_come_at_once_and_each_is_told_where_they_stand_and_served(hub_of_seats, runtime):
    hub = hub_of_seats
    password = (hub.folder / "state/password").read_text().strip()
    people = [Person(hub, f"p{number:02}") for number in range(CROWD)]
    for each in people:
        assert each.join(password).ok
    told: dict[str, list[dict]] = {each.name: [] for each in people}
    crowd = [threading.Thread(target=follow, args=(each, told[each.name])) for each in people]
    # Nobody is served before everyone has asked, however fast seats open.
    seat_server = servers(runtime)[0]
    seat_server.suspend()
    for each in crowd:
        each.start()
    try:
        wait_for(lambda: len(places_in(told)) == CROWD - 2, hub)
    finally:
        seat_server.resume()
    for each in crowd:
        each.join()

    # Nobody was sent away, places in the line only ever went down, and all of it was said in both languages.
    assert len(hub.seats()) == CROWD
    assert sorted(places_in(told)) == list(range(1, CROWD - 1))
    for said in told.values():
        places = [each["position"] for each in said if "position" in each]
        assert places == sorted(places, reverse=True)
        assert all(set(each["reason"]) == {"fr", "en"} for each in said if "reason" in each)
        assert said[-1]["ready"]
    # All are forked from one process.
    parents = {each.ppid() for each in hub.seats()}
    assert parents == {servers(runtime)[0].pid}

    # One too many waits for a seat, is told so, and gets it as soon as one is given back.
    late = Person(hub, "late")
    assert late.join(password).ok
    told["late"] = []
    waiting = threading.Thread(target=follow, args=(late, told["late"]))
    waiting.start()
    time.sleep(3)
    assert waiting.is_alive() and len(hub.seats()) == CROWD
    first = people[0]
    own = f"{hub.url}/hub/api/users/{first.name}/server"
    gone = first.session.delete(own, headers={"X-XSRFToken": hub_token(first)}, timeout=60)
    assert gone.status_code in (202, 204)
    waiting.join(30)
    assert told["late"][-1]["ready"]
    assert any("are taken" in each.get("reason", {}).get("en", "") for each in told["late"])

    # A kernel that takes too much is ended, and its seat goes on; the person is told by a note.
    person = people[1]
    seat = person.seat()
    greedy = "import os; held = bytearray(b'x') * 1_700_000_000; os.getpid()"
    pid = int(person.compute(seat, greedy))
    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", hub)
    assert person.session.get(f"{seat}/api/status", timeout=30).ok
    wait_for(lambda: list((runtime / "artia").glob("notice-*.json")) != [], hub)

    # Both fork servers are killed: those who sit go on, and the next ones are warm again.
    for each in servers(runtime):
        each.send_signal(signal.SIGKILL)
    assert person.compute(seat, "1+1") == "2"
    assert len(hub.seats()) == CROWD
    wait_for(lambda: len(servers(runtime)) == 2, hub)

    # The hub is killed, and the seats that it finds again count: the house is still full.
    (program,) = hub.children("jupyterhub_config.py")
    program.send_signal(signal.SIGKILL)
    wait_for(lambda: program not in hub.children("jupyterhub_config.py") and answers(hub), hub)
    seats = hub.seats()
    assert len(seats) == CROWD
    # One of them ended meanwhile, and its number is nobody's: the hub notices.
    seats[0].kill()
    another = Person(hub, "another")
    assert another.join(password).ok
    said: list[dict] = []
    follow(another, said)
    assert said and said[-1]["ready"]
    assert hub.close() == 0
    wait_for(lambda: not hub.seats() and not servers(runtime), hub)


if accounts_can_be_tried():

    @pytest.fixture
    def account() -> Iterator[tuple[str, str]]:
        """Make an account of this machine, with a password, for the time of a test."""
        name, password = f"person-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
        subprocess.run(["useradd", "--create-home", name], check=True)
        subprocess.run(["chpasswd"], input=f"{name}:{password}", text=True, check=True)
        yield name, password
        for each in psutil.process_iter(["username"]):
            if each.info["username"] == name:
                each.kill()
        removed = subprocess.run(["userdel", "--remove", "--force", name], capture_output=True)
        if removed.returncode == HOME_NOT_REMOVED:
            shutil.rmtree(f"/home/{name}", ignore_errors=True)
        else:
            removed.check_returncode()

    def test_with_real_accounts_each_person_works_in_their_own(new_hub, account):
        name, password = account
        hub = new_hub(mode=UNIX_ACCOUNTS, root_seats=False, language="en")
        assert Person(hub, name).join("wrong-password").status_code == 403
        assert Person(hub, "root").join(password).status_code == 403
        person = Person(hub, name)
        assert person.join(password).ok
        seat = person.seat()
        whose = "import getpass, pathlib; (getpass.getuser(), str(pathlib.Path.home()))"
        assert person.compute(seat, whose) == repr((name, f"/home/{name}"))
        assert [each.username() for each in hub.seats(name)] == [name]
        assert person.session.get(f"{seat}/api/contents/notebooks/en", timeout=30).ok
        closed = f"import os; os.access({str(hub.folder / 'state' / 'cookie-secret')!r}, os.R_OK)"
        assert person.compute(seat, closed) == "False"
        assert hub.close() == 0
        wait_for(lambda: not hub.seats(name), hub)
