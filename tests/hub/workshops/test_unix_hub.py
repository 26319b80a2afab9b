"""A workshop on a real hub where each participant has an account of the machine: made, kept apart, removed."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from artia_lab.errors import Failure, Mistake
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.hub.start import check_account
from artia_lab.hub.workshops import accounts, changes, closing, pack
from artia_lab.hub.workshops.address import peer_account
from artia_lab.hub.workshops.children import run_as
from artia_lab.hub.workshops.names import PREFIX


def accounts_can_be_tried() -> bool:
    """Whether this is root, on a machine where other accounts can read the program."""
    try:
        check_account(Settings(mode=UNIX_ACCOUNTS))
    except Mistake:
        return False
    return True


def names() -> set[str]:
    """List the accounts of participants that the machine has."""
    return {each.pw_name for each in pwd.getpwall() if each.pw_name.startswith(PREFIX)}


if accounts_can_be_tried():

    @pytest.fixture
    def account(tmp_path: Path) -> Iterator[str]:
        """The account of a participant, for the time of a test."""
        user = changes.new_user(tmp_path)
        accounts.make_account(user)
        yield user
        accounts.remove_account(user)

    def test_an_account_has_a_closed_home_and_no_password(account):
        home = accounts.home_of(account)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        entry = pwd.getpwnam(account)
        assert entry.pw_shell.endswith("nologin") and entry.pw_gecos == "ArtIA"
        shadow = next(line for line in Path("/etc/shadow").read_text().splitlines() if line.startswith(account))
        assert shadow.split(":")[1].startswith("!")
        accounts.make_account(account)

    @pytest.mark.parametrize(
        "user", ["root", "artia-", "artia-../../x", "-artia-aaaaaa", "artia-aaaaaa\nroot", ""]
    )
    def test_no_other_account_is_ever_touched(user):
        for act in (accounts.make_account, accounts.remove_account, accounts.end_processes, accounts.home_of):
            with pytest.raises(ValueError, match=r".*"):
                act(user)

    def test_an_account_goes_with_its_processes_and_what_it_left_elsewhere(tmp_path):
        user = changes.new_user(tmp_path)
        accounts.make_account(user)
        home, number = accounts.home_of(user), pwd.getpwnam(user).pw_uid
        left = Path(f"/tmp/{user}/folder")
        made = f"import os, time; os.makedirs({str(left)!r}); open('{left}/file', 'w').close()"
        made += "; print(flush=True); time.sleep(99)"
        # It starts another whenever it is asked to end.
        stubborn = f"import os, signal; signal.signal(15, lambda *_: os.fork()); {made}"
        program = subprocess.Popen([sys.executable, "-c", stubborn], user=number, cwd="/", stdout=subprocess.PIPE)
        program.stdout.readline()
        foreign = Path(f"/tmp/foreign-{user}")
        foreign.touch()
        accounts.remove_account(user)
        program.wait(5)
        program.stdout.close()
        assert not home.exists() and not left.parent.exists() and not accounts.exists(user) and foreign.exists()
        assert not [
            each for each in psutil.process_iter(["uids"]) if each.info["uids"] and number in each.info["uids"]
        ]
        foreign.unlink()
        accounts.remove_account(user)

    def test_files_are_read_with_their_owner_s_rights_and_no_more(account, tmp_path):
        home, entry = accounts.home_of(account), pwd.getpwnam(account)
        secret = tmp_path / "secret"
        secret.write_text("root's own")
        secret.chmod(0o600)
        (home / "artia").mkdir()
        (home / "artia" / "link").symlink_to(secret)
        (home / "artia" / "closed").write_text("theirs")
        for each in (home / "artia", home / "artia" / "closed"):
            os.chown(each, entry.pw_uid, entry.pw_gid)
        (home / "artia" / "closed").chmod(0)
        with (tmp_path / "out.zip").open("w+b") as out:
            words = [str(home), str(out.fileno())]
            done = run_as(account, pack.__name__, words, seconds=60, descriptors=[out.fileno()])
            assert done.returncode == 0, done.stderr
            with zipfile.ZipFile(out) as archive:
                assert archive.read("artia/closed") == b"theirs"
                assert "artia/link" not in archive.namelist()
        # What is somebody else's, and closed, is not passed over in silence.
        (home / "artia" / "rooted").write_text("x")
        (home / "artia" / "rooted").chmod(0)
        with (tmp_path / "out.zip").open("w+b") as out:
            words = [str(home), str(out.fileno())]
            refused = run_as(account, pack.__name__, words, seconds=60, descriptors=[out.fileno()])
            assert refused.returncode == 1 and json.loads(refused.stdout) == {"changed": "artia/rooted"}

    def test_what_they_left_for_python_is_not_executed(account, tmp_path):
        home = accounts.home_of(account)
        trap = f"open('/tmp/trap-{account}', 'w').close()"
        place = home / f".local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
        place.mkdir(parents=True)
        (place / "usercustomize.py").write_text(trap)
        (home / "zipfile.py").write_text(trap)
        run_as(account, pack.__name__, [str(home), "9"], seconds=60, environment={"HOME": str(home)})
        assert not Path(f"/tmp/trap-{account}").exists()

    @pytest.fixture(scope="module")
    def room(new_room: Any) -> Iterator[Any]:
        """A hub of root's."""
        before = names()
        room = new_room(mode=UNIX_ACCOUNTS)
        yield room
        room.close()
        for each in names() - before:
            accounts.remove_account(each)

    def test_each_participant_has_an_account_and_closing_removes_it(room, browser, published):
        workshop = room.workshop("nuit", notebook="I1")
        ann, bo = browser(room), browser(room)
        assert ann.join(workshop.code, "Ann").ok and bo.join(workshop.code, "Bo").ok
        assert {ann.user, bo.user} <= names()
        seat = ann.seat()
        uid = pwd.getpwnam(ann.user).pw_uid
        assert any(each.info["uids"].real == uid for each in psutil.process_iter(["uids"]))
        # A terminal in their seat works, though nobody can log in to their account.
        ann.get(f"{seat}/lab", timeout=60)
        xsrf = next(each.value for each in ann.cookies if each.name == "_xsrf" and each.path.startswith("/user/"))
        terminal = ann.post(f"{seat}/api/terminals", headers={"X-XSRFToken": xsrf}, timeout=60)
        assert terminal.ok, terminal.text
        everything = psutil.process_iter(["uids", "name"])
        shells = {each.info["name"] for each in everything if each.info["uids"].real == uid}
        assert "bash" in shells and "nologin" not in shells
        works = accounts.home_of(ann.user) / "artia" / "publications"
        works.mkdir(exist_ok=True)
        shutil.copy(published, works / "essai.zip")
        consent = {"format": 1, "publication": "essai.zip", "consent": True, "shown_name": "Ann"}
        (works / "essai.exhibit.json").write_text(json.dumps(consent))
        for each in (works, *works.iterdir()):
            os.chown(each, uid, uid)
        # A link to what only root may read shows nothing of it.
        (works / "root.zip").symlink_to(room.settings.state / "cookie-secret")
        (works / "root.exhibit.json").write_text(json.dumps(consent | {"publication": "root.zip"}))
        told = room.artia("workshop", "close", "nuit", "--json")
        assert told.returncode == 0, told.stderr
        said = json.loads(told.stdout)
        assert [each["title"] for each in said["works"]] == ["Essai <0>"]
        assert {ann.user, bo.user}.isdisjoint(names())
        assert ann.get(f"{seat}/api/status", timeout=30, allow_redirects=False).status_code != 200
        assert "/hub/login" in ann.to("/hub/home").url
        packed = {each["shown_name"]: each["file"] for each in said["exports"]}
        with zipfile.ZipFile(packed["Ann"]) as archive:
            assert archive.read("artia/publications/essai.zip") == published.read_bytes()
            assert "artia/publications/root.zip" not in archive.namelist()

    def test_closing_goes_on_when_the_hub_was_closed_meanwhile(room, browser):
        workshop = room.workshop("jour")
        cleo = browser(room)
        assert cleo.join(workshop.code, "Cléo").ok

        def interrupt(sentence: str) -> None:
            if "exhibition" in sentence:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            closing.close_workshop(room.settings, "jour", tell=interrupt)
        assert cleo.user in names()
        room.process.terminate()
        room.process.wait(60)
        closed = closing.close_workshop(room.settings, "jour")
        assert [each.shown_name for each in closed.exports] == ["Cléo"] and cleo.user not in names()
        room.open()
        assert "/hub/login" in cleo.to("/hub/home").url
        assert "Error adding user" not in room.log

    def test_a_process_that_goes_round_the_proxy_is_known_by_its_account(room, browser, account):
        """A participant's program cannot spend, nor escape by, the tries of other addresses."""
        code = f"""
import http.client, re, urllib.parse
out = []
for number in range(8):
    hub = http.client.HTTPConnection("127.0.0.1", {room.settings.hub_port})
    headers = {{"X-Forwarded-For": f"203.0.113.{{number}}", "User-Agent": "x"}}
    hub.request("GET", "/hub/join", headers=headers)
    page = hub.getresponse()
    cookies = "; ".join(each.split(";")[0] for each in page.headers.get_all("Set-Cookie"))
    xsrf = re.search('name="_xsrf" value="([^"]+)"', page.read().decode())[1]
    form = urllib.parse.urlencode({{"_xsrf": xsrf, "code": CODES[number], "shown_name": "Eve"}})
    headers |= {{"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}}
    hub.request("POST", "/hub/join", form, headers)
    out.append(hub.getresponse().status)
print(out)
"""
        from artia_lab.hub.workshops import codes

        guesses = f"CODES = {[codes.make_code() for _each in range(8)]!r}\n"
        done = subprocess.run(
            [sys.executable, "-I", "-c", guesses + code],
            user=pwd.getpwnam(account).pw_uid,
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == [403] * 5 + [429] * 3
        assert peer_account(("203.0.113.1", 1), ("127.0.0.1", 2)) is None

    def test_an_account_that_cannot_be_made_leaves_no_participant(tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        (tmp_path / "useradd").write_text("#!/bin/sh\necho 'no room' >&2; exit 1\n")
        (tmp_path / "useradd").chmod(0o755)
        with pytest.raises(Failure, match="could not be made on this machine: no room"):
            accounts.make_account("artia-aaaaaa")
