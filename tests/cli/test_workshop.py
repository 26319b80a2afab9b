"""``artia workshop`` on a machine where no hub runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from artia_lab.cli import main
from artia_lab.hub.workshops import changes, store


@pytest.fixture
def artia(tmp_path, capsys, monkeypatch):
    """Run a command with settings of its own; give its exit code, and what it said."""
    monkeypatch.setenv("ARTIA_LANG", "en")
    config = tmp_path / "hub.toml"
    config.write_text(f'mode = "shared-account"\nroot_seats = true\nstate_folder = "{tmp_path / "state"}"\n')

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["workshop", *words, "--config", str(config)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_opening_gives_a_link_a_code_and_its_picture(artia):
    code, out, err = artia(
        "open", "nuit", "--seats", "30", "--hours", "3", "--notebook", "I1", "--lang", "fr", "--json"
    )
    said = json.loads(out)
    assert (code, err) == (0, "")
    assert said["url"] == f"http://127.0.0.1:8000/hub/join#{said['code']}"
    assert "?" not in said["url"]
    assert Path(said["qr_svg"]).read_text().startswith("<?xml")
    assert Path(said["qr_png"]).read_bytes().startswith(b"\x89PNG")
    assert (said["notebook"], said["open"], said["joined"]) == ("I1-mosaique-de-soi.ipynb", True, 0)


def test_for_people_the_picture_is_drawn_in_the_terminal(artia):
    _code, out, _err = artia("open", "nuit", "--seats", "1", "--hours", "1")
    assert "▄▄▄▄▄" in out and "Code: " in out and "#" in out


def test_list_and_show_tell_who_joined_and_no_secret(artia, tmp_path):
    artia("open", "nuit", "--seats", "2", "--hours", "1")
    participant, secret = changes.join(tmp_path / "state", "nuit", "Zoé", changes.new_user(tmp_path / "state"))
    _code, out, _err = artia("show", "nuit", "--json")
    shown = json.loads(out)["participants"]
    assert [(each["shown_name"], each["user"]) for each in shown] == [("Zoé", participant.user)]
    assert secret not in out and participant.secret not in out
    _code, out, _err = artia("list", "--json")
    assert [(each["name"], each["joined"], "code" in each) for each in json.loads(out)] == [("nuit", 1, False)]
    _code, out, _err = artia("readmit", "nuit", "Zoé", "--json")
    assert store.by_secret(tmp_path / "state", json.loads(out)["secret"]).user == participant.user


def test_without_a_workshop_it_says_how_to_open_one(artia):
    assert "artia workshop open" in artia("list")[1]
    assert json.loads(artia("list", "--json")[1]) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "nuit"), "There is no workshop “nuit”"),
        (("close", "nuit"), "There is no workshop “nuit”"),
        (("open", "Nuit!", "--seats", "1", "--hours", "1"), "cannot be named “Nuit!”"),
        (("open", "nuit", "--seats", "0", "--hours", "1"), "from 1 to 1000 seats"),
        (("open", "nuit", "--seats", "1", "--hours", "0"), "more than 0"),
        (("open", "nuit", "--seats", "1", "--hours", "1", "--notebook", "Z"), "names no single notebook"),
        (("open", "nuit", "--seats", "1"), "--hours"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_left(artia, tmp_path, words, sentence):
    code, _out, err = artia(*words)
    assert code == 2 and sentence in err
    assert store.every(tmp_path / "state") == []
