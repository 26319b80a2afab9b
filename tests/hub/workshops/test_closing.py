"""Closing a workshop where no hub runs: what is kept, what is shown, what is removed, and being interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from artia_lab.errors import Failure, Mistake
from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import changes, closing, export, store
from artia_lab.hub.workshops.consents import consented

USERS = ("artia-zzzzzz", "artia-bbbbbb", "artia-aaaaaa")


def people(settings: Settings) -> Path:
    """Name the folder of everybody's files."""
    return settings.state / "people"


def consent(settings: Settings, user: str, content: object, name: str = "essai") -> None:
    """Write a file of consent."""
    said = content if isinstance(content, str) else json.dumps(content)
    (people(settings) / user / "artia" / "publications" / f"{name}.exhibit.json").write_text(said)


def assert_closed(settings: Settings, closed: closing.Closed) -> None:
    """Make sure that everything is packed, what was chosen is shown, and nothing else is left."""
    assert sorted(each.user for each in closed.exports) == sorted(USERS)
    packed = {}
    for each in closed.exports:
        path = closed.exports_folder / each.file
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            packed[each.user] = {name: archive.read(name) for name in archive.namelist()}
    assert packed["artia-zzzzzz"]["artia/notes.txt"] == "de Zoé\n".encode()
    assert packed["artia-bbbbbb"]["artia/notes.txt"] == b"de Bo\n"
    assert "artia/publications/essai.zip" in packed["artia-bbbbbb"] and packed["artia-aaaaaa"] == {}
    assert [(each["title"], each["shown_name"]) for each in closed.works] == [("Essai <0>", "Zoé")]
    assert not any(people(settings).glob("artia-*"))
    assert store.participants(settings.state, "nuit") == []
    left = store.find(settings.state, "nuit")
    assert left.closed and not left.code
    hidden = [each for each in settings.state.rglob(".*") if each.name != ".lock"]
    assert not hidden, hidden


def test_everybody_s_files_are_kept_and_only_what_was_chosen_is_shown(workshop, published):
    closed = closing.close_workshop(workshop, "nuit")
    assert_closed(workshop, closed)
    page = closed.exhibition.read_text(encoding="utf-8")
    assert '<html lang="fr">' in page and 'lang="en"' in page and "script-src &#39;none&#39;" in page
    assert "Essai &lt;0&gt;" in page and "<0>" not in page
    with zipfile.ZipFile(published) as archive:
        (record,) = [each for each in archive.namelist() if each.endswith("/record.json")]
        made = [each["medium"] for each in json.loads(archive.read(record))["outputs"]]
    assert page.count("<img") == made.count("image") > 0 and "data:image/png;base64," in page
    (shown,) = (closed.exhibition.parent / "publications").iterdir()
    assert shown.read_bytes() == published.read_bytes()
    assert f'href="publications/{shown.name}"' in page
    with pytest.raises(Mistake, match=r"is closed\. Its exhibition"):
        closing.close_workshop(workshop, "nuit")


def test_nobody_joins_or_comes_back_once_closing_has_begun(workshop):
    _zoe, secret = changes.readmit(workshop.state, "nuit", "Zoé")
    code, asked = store.find(workshop.state, "nuit").code, []

    def tell(_sentence: str) -> None:
        asked.append(store.by_secret(workshop.state, secret))
        with pytest.raises(Mistake, match="no longer lets people in"):
            changes.join(workshop.state, store.by_code(workshop.state, code).name, "Eve", "artia-eeeeee")

    closing.close_workshop(workshop, "nuit", tell=tell)
    assert asked and not any(asked)


@pytest.mark.parametrize("step", [0, 4, 8])
def test_an_interrupted_closing_goes_on_where_it_was_and_loses_nothing(workshop, step):
    told = []

    def interrupt(sentence: str) -> None:
        told.append(sentence)
        if len(told) > step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        closing.close_workshop(workshop, "nuit", tell=interrupt)
    for user in ("artia-zzzzzz", "artia-bbbbbb"):
        kept = list(export.exports_folder(workshop.state, "nuit").glob(f"*{user}.zip"))
        assert (people(workshop) / user / "artia" / "notes.txt").exists() or kept
    assert_closed(workshop, closing.close_workshop(workshop, "nuit"))


@pytest.mark.parametrize("begun", ["closing", "packing"])
def test_a_closing_that_is_killed_is_closed_again(workshop, tmp_path, begun):
    def has_begun() -> bool:
        if begun == "closing":
            return store.find(workshop.state, "nuit").closing
        folder = export.exports_folder(workshop.state, "nuit")
        return folder.is_dir() and any(folder.iterdir())

    config = tmp_path / "hub.toml"
    wanted = {"mode": "shared-account", "state_folder": str(workshop.state), "hub_port": workshop.hub_port}
    config.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items()))
    words = [sys.executable, "-m", "artia_lab.cli", "workshop", "close", "nuit", "--config", str(config)]
    command = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not has_begun():
        assert command.poll() is None, "it ended, and nobody saw it begin"
        time.sleep(0.001)
    command.kill()
    assert command.wait() == -signal.SIGKILL
    assert not store.find(workshop.state, "nuit").closed
    assert_closed(workshop, closing.close_workshop(workshop, "nuit"))


def test_a_file_that_changes_while_it_is_packed_is_kept_where_it_is(workshop, monkeypatch):
    notes = people(workshop) / "artia-bbbbbb" / "artia" / "notes.txt"
    # Somebody writes without end: no two readings agree.
    code = f"import time\nwhile True:\n open({str(notes)!r}, 'a').write('x' * 100); time.sleep(0.0002)"
    writer = subprocess.Popen([sys.executable, "-c", code], cwd="/")
    try:
        time.sleep(0.3)
        with pytest.raises(Failure, match=r"files of Bo are not removed: “artia/notes\.txt”"):
            closing.close_workshop(workshop, "nuit")
    finally:
        writer.kill()
        writer.wait()
    assert notes.exists() and (people(workshop) / "artia-zzzzzz").exists()
    notes.write_text("de Bo\n")
    assert_closed(workshop, closing.close_workshop(workshop, "nuit"))


def test_an_archive_that_was_spoilt_meanwhile_is_packed_again(workshop):
    def interrupt(sentence: str) -> None:
        if "exhibition" in sentence:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        closing.close_workshop(workshop, "nuit", tell=interrupt)
    for each in export.exports_folder(workshop.state, "nuit").iterdir():
        each.write_bytes(each.read_bytes()[:-1] + b"?")
    assert_closed(workshop, closing.close_workshop(workshop, "nuit"))


def test_nothing_is_removed_when_an_archive_is_spoilt_after_it_was_checked(workshop):
    def spoil(sentence: str) -> None:
        if sentence.startswith("Removing the seat of Anne"):
            for each in export.exports_folder(workshop.state, "nuit").glob("Bo-*"):
                each.unlink()

    with pytest.raises(Failure, match="files of Bo are not packed"):
        closing.close_workshop(workshop, "nuit", tell=spoil)
    assert (people(workshop) / "artia-bbbbbb" / "artia" / "notes.txt").exists()
    assert_closed(workshop, closing.close_workshop(workshop, "nuit"))


def test_a_program_that_still_works_in_a_seat_is_ended_first(workshop):
    home = people(workshop) / "artia-zzzzzz"
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(99)"
    )
    program = subprocess.Popen([sys.executable, "-c", stubborn], cwd=home, stdout=subprocess.PIPE)
    program.stdout.readline()
    elsewhere = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"], cwd=people(workshop))
    try:
        closing.close_workshop(workshop, "nuit")
        assert program.wait(5) == -signal.SIGKILL
        assert elsewhere.poll() is None
    finally:
        for each in (program, elsewhere):
            each.kill()
            each.wait()
        program.stdout.close()


def test_links_lead_nowhere_and_strange_files_are_counted(workshop, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("not theirs")
    home = people(workshop) / "artia-zzzzzz"
    (home / "artia" / "link").symlink_to(outside)
    (home / "artia" / "file").symlink_to(outside / "secret")
    os.mkfifo(home / "artia" / "pipe")
    os.close(os.open(os.fsencode(home) + b"/\xff.txt", os.O_CREAT))
    closed = closing.close_workshop(workshop, "nuit")
    (made,) = [each for each in closed.exports if each.user == "artia-zzzzzz"]
    assert made.links == 3
    content = (closed.exports_folder / made.file).read_bytes()
    assert b"not theirs" not in content
    assert (outside / "secret").read_text() == "not theirs"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{" * 100_000,
        {"format": 1, "publication": "essai.zip", "consent": False},
        {"format": 1, "publication": "essai.zip", "consent": "yes"},
        {"format": 1, "publication": "essai.zip"},
        {"format": 2, "publication": "essai.zip", "consent": True},
        {"format": 1, "publication": "other.zip", "consent": True},
        {"format": 1, "publication": "../essai.zip", "consent": True},
    ],
)
def test_without_a_clear_yes_nothing_is_shown(tmp_path, content):
    said = content if isinstance(content, str) else json.dumps(content)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("artia/publications/essai.zip", b"")
        archive.writestr("artia/publications/essai.exhibit.json", said)
    assert list(consented(tmp_path / "export.zip")) == []


def test_a_yes_for_what_is_not_there_or_elsewhere_shows_nothing(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for place, name in (("artia/publications/", "gone"), ("other/publications/", "essai")):
            said = {"format": 1, "publication": f"{name}.zip", "consent": True}
            archive.writestr(f"{place}{name}.exhibit.json", json.dumps(said))
        archive.writestr("other/publications/essai.zip", b"")
    assert list(consented(tmp_path / "export.zip")) == []


def spoil_nothing(path: Path) -> None:
    """Leave no zip at all."""
    path.write_bytes(b"no zip")


def spoil_signature(path: Path) -> None:
    """Change what was signed."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["publication.json"] = files["publication.json"].replace(b"Anne Tremblay", b"Eve Tremblay!")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def spoil_with_escape(path: Path) -> None:
    """Add a file that would be written elsewhere."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../escaped", "x")


def spoil_with_bomb(path: Path) -> None:
    """Add what grows without measure."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb", "w") as target:
        for _each in range(300):
            target.write(bytes(1 << 20))


def test_publications_that_are_not_whole_are_not_shown_and_stay_in_the_files(workshop, published):
    works = people(workshop) / "artia-zzzzzz" / "artia" / "publications"
    kept = {}
    for spoil in (spoil_nothing, spoil_signature, spoil_with_escape, spoil_with_bomb):
        work = works / f"{spoil.__name__}.zip"
        shutil.copy(published, work)
        spoil(work)
        kept[work.name] = work.read_bytes()
        said = {"format": 1, "publication": work.name, "consent": True}
        consent(workshop, "artia-zzzzzz", said, spoil.__name__)
    closed = closing.close_workshop(workshop, "nuit")
    assert_closed(workshop, closed)
    assert sorted((each.user, each.file) for each in closed.refused) == [
        ("artia-zzzzzz", name) for name in sorted(kept)
    ]
    assert all(each.reason.fr and each.reason.en for each in closed.refused)
    assert len(list((closed.exhibition.parent / "publications").iterdir())) == 1
    (made,) = [each for each in closed.exports if each.user == "artia-zzzzzz"]
    with zipfile.ZipFile(closed.exports_folder / made.file) as archive:
        assert all(archive.read(f"artia/publications/{name}") == content for name, content in kept.items())
    assert not list(workshop.state.rglob("escaped"))


def test_a_name_with_marks_of_its_own_is_only_a_name(workshop):
    said = {"format": 1, "publication": "essai.zip", "consent": True, "shown_name": "<img src=x onerror=alert(1)>"}
    consent(workshop, "artia-zzzzzz", said)
    page = closing.close_workshop(workshop, "nuit").exhibition.read_text()
    assert "<img src=x" not in page and "&lt;img src=x" in page


def test_two_commands_do_not_close_one_workshop(workshop):
    def again(_sentence: str) -> None:
        with pytest.raises(Mistake, match="Another command is closing"):
            closing.close_workshop(workshop, "nuit")

    closing.close_workshop(workshop, "nuit", tell=again)


def test_a_workshop_without_anybody_closes(settings, tmp_path):
    from artia_lab.hub.workshops import opening

    opening.open_workshop(settings, name="nuit", seats=1, hours=1, language="en")
    closed = closing.close_workshop(settings, "nuit")
    assert (closed.exports, closed.works) == ((), ()) and closed.exhibition.exists()


def test_a_full_disk_loses_nothing(workshop, monkeypatch):
    monkeypatch.setattr(shutil, "copyfile", _full)
    with pytest.raises(OSError, match="No space left"):
        closing.close_workshop(workshop, "nuit")
    assert (people(workshop) / "artia-zzzzzz" / "artia" / "notes.txt").exists()
    monkeypatch.undo()
    assert_closed(workshop, closing.close_workshop(workshop, "nuit"))


def _full(*_words: object) -> None:
    raise OSError(28, "No space left on device")
