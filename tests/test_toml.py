"""Files of settings: what they set, and the sentences that refuse the rest."""

import pytest

from artia_lab.errors import Mistake, NotFound
from artia_lab.toml import read_settings


def test_what_is_set_is_given_and_lists_cannot_change(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('seats = 30\npeople = ["ada", "zoé"]\n', encoding="utf-8")

    assert read_settings(file, ("people", "seats", "port")) == {"seats": 30, "people": ("ada", "zoé")}


def test_an_empty_file_sets_nothing(tmp_path):
    (tmp_path / "settings.toml").touch()

    assert read_settings(tmp_path / "settings.toml", ("seats",)) == {}


def test_what_does_not_exist_is_named_beside_what_does(tmp_path):
    (tmp_path / "settings.toml").write_text("seat = 30\n")

    with pytest.raises(Mistake, match=r"“seat” in “.*settings.toml” is not a setting; these are: port, seats\."):
        read_settings(tmp_path / "settings.toml", ("port", "seats"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"no settings file “.*elsewhere.toml”"):
        read_settings(tmp_path / "elsewhere.toml", ("seats",))


@pytest.mark.parametrize("content", [b"seats = \n", b"seats = 30\nseats = 31\n", b"\xff\xfe"])
def test_what_is_not_toml_is_a_sentence_with_the_reason(tmp_path, content):
    (tmp_path / "settings.toml").write_bytes(content)

    with pytest.raises(Mistake, match=r"settings.toml” cannot be read: .+\. Correct that line"):
        read_settings(tmp_path / "settings.toml", ("seats",))


def test_a_folder_is_not_read(tmp_path):
    with pytest.raises(Mistake, match="cannot be read"):
        read_settings(tmp_path, ("seats",))
