"""A hub that keeps what it knows in a real PostgreSQL, whose password is shown nowhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
import pytest
import requests
from sqlalchemy import create_engine, text

from artia_lab.errors import Mistake
from artia_lab.hub import Settings, database
from artia_lab.hub.settings import SHARED_ACCOUNT

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: float(each.parent.name))
# Characters that a URL, and the file that libpq reads, would take for others.
PASSWORD = "s3cr:et\\ @/%?é"
STARTED_S = 90
# PostgreSQL never runs as root.
ACCOUNT = "nobody" if os.geteuid() == 0 else None


@dataclass
class Base:
    """A running PostgreSQL."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"postgresql://hub@127.0.0.1:{self.port}/postgres"

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """Ask it something, with the password."""
        reached = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="hub", dbname="postgres", password=PASSWORD
        )
        with reached, reached.cursor() as cursor:
            cursor.execute(question)
            found: list[tuple[object, ...]] = cursor.fetchall()
        reached.close()
        return found


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def base() -> Iterator[Base]:
    """Start a PostgreSQL as an ordinary account, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="artia-pg-"))
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    if ACCOUNT:
        shutil.chown(folder, ACCOUNT)
        shutil.chown(folder / "password", ACCOUNT)
    words = [PROGRAMS / "initdb", "--pgdata", folder / "data", "--username", "hub", "--auth", "scram-sha-256"]
    words += ["--pwfile", folder / "password", "--encoding", "UTF8", "--no-sync"]
    subprocess.run(words, user=ACCOUNT, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    words = [PROGRAMS / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder, "-F"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, user=ACCOUNT, cwd=folder, stdout=log, stderr=log)
    opened = Base(folder, port)
    end = time.monotonic() + STARTED_S
    while True:
        try:
            assert opened.ask("select 1") == [(1,)]
            break
        except psycopg2.OperationalError:
            assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.2)
    yield opened
    process.terminate()
    process.wait(30)
    shutil.rmtree(folder)


def password_file(folder: Path, content: str = f"{PASSWORD}\n", mode: int = 0o600) -> Path:
    """Write a password as a person would."""
    file = folder / "written-password"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
    return file


def settings(folder: Path, **given: object) -> Settings:
    """Set a hub up."""
    return Settings(**({"mode": SHARED_ACCOUNT, "state_folder": str(folder / "state")} | given))  # type: ignore[arg-type]


def test_a_hub_keeps_people_in_it_and_shows_its_password_nowhere(base: Base, tmp_path: Path) -> None:
    ports = dict(zip(("port", "hub_port", "proxy_port"), (free_port(), free_port(), free_port()), strict=True))
    wanted: dict[str, object] = ports | {"mode": SHARED_ACCOUNT, "root_seats": os.geteuid() == 0, "language": "en"}
    wanted |= {"state_folder": str(tmp_path / "state"), "database": base.url, "log_level": "debug"}
    wanted["database_password_file"] = str(password_file(tmp_path))
    config = tmp_path / "hub.toml"
    config.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items()))
    url, log = f"http://127.0.0.1:{ports['port']}/hub/login", tmp_path / "log"
    environment = os.environ | {"ARTIA_HOME": str(tmp_path / "home")}
    for _opened in range(2):
        with log.open("ab") as stream:
            words = [str(Path(sys.executable).with_name("artia")), "hub", "--config", str(config)]
            hub = subprocess.Popen(words, stdout=stream, stderr=stream, cwd=tmp_path, env=environment)
        end = time.monotonic() + STARTED_S
        session = requests.Session()
        while True:
            try:
                page = session.get(url, timeout=10)
                if page.ok:
                    break
            except requests.ConnectionError:
                pass
            assert hub.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.3)
        xsrf = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', page.text)
        assert xsrf
        form = {
            "username": "ada",
            "password": (tmp_path / "state" / "password").read_text().strip(),
            "_xsrf": xsrf[1],
        }
        joined = session.post(f"{url}?next=%2Fhub%2Fhome", data=form, timeout=30)
        assert joined.url.endswith("/hub/home")
        shown = [" ".join(each.cmdline()) + str(each.environ()) for each in psutil.Process(hub.pid).children(True)]
        hub.terminate()
        assert hub.wait(60) == 0
        assert len(shown) >= 2 and not any("s3cr" in each for each in shown)
    assert base.ask("select name from users") == [("ada",)]
    assert "s3cr" not in log.read_text(encoding="utf-8")
    assert not list((tmp_path / "state").glob("*.sqlite"))
    assert stat.S_IMODE((tmp_path / "state" / database.PASSWORDS).stat().st_mode) == 0o600


def test_the_password_comes_from_the_environment_as_well(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(database.PASSWORD_VARIABLE, PASSWORD)
    database.check(settings(tmp_path, database=base.url))


@pytest.mark.parametrize("password", ["wrong:one", ""])
def test_a_door_that_stays_shut_is_told_without_the_password(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv(database.PASSWORD_VARIABLE, password)
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    with pytest.raises(Mistake, match="does not let the hub in") as refused:
        database.check(settings(tmp_path, database=base.url))
    assert "wrong:one" not in str(refused.value)


def test_a_database_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="does not let the hub in"):
        database.check(settings(tmp_path, database=f"postgresql://hub@127.0.0.1:{free_port()}/postgres"))


def test_a_file_of_ones_own_is_what_there_is_otherwise(tmp_path: Path) -> None:
    assert database.url(settings(tmp_path)) == f"sqlite:///{tmp_path}/state/hub.sqlite"
    database.check(settings(tmp_path))


def test_that_file_is_written_once_for_each_change(tmp_path: Path) -> None:
    database.write_ahead()
    engine = create_engine(database.url(settings(tmp_path)))
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        normal = 1
        assert connection.execute(text("PRAGMA synchronous")).scalar() == normal
    engine.dispose()


@pytest.mark.parametrize(
    "address",
    ["mysql://hub@here/base", "postgresql://hub@here", "postgresql://hub@here/", "postgresql://hub@here:x/base",
     "base", "postgresql://hub@he re/base", "postgresql+psycopg://hub@here/base"],
)  # fmt: skip
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(Mistake, match="is written like this"):
        settings(tmp_path, database=address)


@pytest.mark.parametrize("where", ["hub:s3cr@here/base", "hub:@here/base", "hub@here/base?password=s3cr"])
def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path, where: str) -> None:
    with pytest.raises(Mistake, match="Take the password out") as refused:
        settings(tmp_path, database=f"postgresql://{where}")
    assert "s3cr" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [("x\n", 0o640, "Others can read"), ("x\n", 0o604, "Others can read"), ("", 0o600, "alone on one line"),
     ("\n", 0o600, "alone on one line"), ("one\ntwo\n", 0o600, "alone on one line")],
)  # fmt: skip
def test_a_file_that_will_not_do_is_refused(tmp_path: Path, content: str, mode: int, why: str) -> None:
    file = password_file(tmp_path, content, mode)
    with pytest.raises(Mistake, match=why):
        database.url(settings(tmp_path, database="postgresql://hub@here/base", database_password_file=str(file)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="nowhere"):
        database.url(
            settings(tmp_path, database="postgresql://h@m/b", database_password_file=str(tmp_path / "nowhere"))
        )
