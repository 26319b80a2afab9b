"""Settings: what may be set, and the sentence that refuses the rest."""

from __future__ import annotations

import tomllib
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from artia_lab.errors import Mistake, NotFound
from artia_lab.home import data_folder
from artia_lab.hub import Settings, load


@pytest.fixture
def written(tmp_path):
    """Write a settings file."""

    def write(text: str) -> Path:
        file = tmp_path / "hub.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_the_file_that_comes_with_the_package_sets_nothing():
    assert load() == Settings()


def test_that_file_shows_every_setting_with_its_usual_value():
    text = (data_folder("hub_config") / "hub.toml").read_text(encoding="utf-8")
    shown = tomllib.loads(
        "\n".join(line[2:] for line in text.splitlines() if " = " in line and line[2:3].islower())
    )
    usual = {
        each.name: list(each.default) if each.type == "tuple[str, ...]" else each.default
        for each in fields(Settings)
    }
    assert shown | {"people": []} == usual


def test_what_is_set_is_kept_falsy_values_too(written):
    settings = load(written('port = 80\nseats_outlive_hub = false\nmode = ""\npeople = ["zoé"]\nadmins = []'))
    assert (settings.port, settings.seats_outlive_hub, settings.mode) == (80, False, "")
    assert (settings.people, settings.admins) == (("zoé",), ())


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_an_unknown_setting_is_refused_with_those_there_are(written):
    with pytest.raises(Mistake, match=r"“prot” in .* is not a setting; these are: mode, language, address"):
        load(written("prot = 8000"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("port = 0", "“port” is 0; it goes from 1 to 65535"),
        ("port = true", "“port” is True; it is written like this: 1, 2, 3…"),
        ('port = "80"', "“port” is '80'; it is written like this: 1, 2, 3…"),
        ('mode = "open"', "“mode” is “open”; it may be: “”, “shared-account”, “unix-accounts”"),
        ("seats_outlive_hub = 0", "“seats_outlive_hub” is 0; it is written like this: true / false"),
        ("people = [1]", r"“people” is \(1,\); it is written like this"),
        ('people = ["../ada"]', "“../ada” in the setting “people” cannot be a person's name"),
        ("port = 8001", "have to be three different numbers"),
        ('certificate = "a.pem"', "HTTPS needs both"),
        ("port", "cannot be read"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_is(written, text, sentence):
    with pytest.raises(Mistake, match=sentence):
        load(written(text))


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(NotFound, match="There is no settings file"):
        load(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:8000/"),
        ({"address": "0.0.0.0", "port": 80}, "http://127.0.0.1:80/"),
        ({"address": "::"}, "http://[::1]:8000/"),
        ({"address": "fe80::1", "certificate": "a", "certificate_key": "b"}, "https://[fe80::1]:8000/"),
    ],
)
def test_the_address_is_one_that_a_browser_opens(given, url):
    assert Settings(**given).url == url
