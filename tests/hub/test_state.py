"""The folder of secrets."""

from __future__ import annotations

import re
import stat

import pytest

from artia_lab.errors import Mistake
from artia_lab.hub.state import private_folder, secret


def test_a_folder_left_open_is_closed(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    assert stat.S_IMODE(private_folder(folder).stat().st_mode) == 0o700


def test_a_link_to_elsewhere_is_refused(tmp_path):
    (tmp_path / "state").symlink_to(tmp_path)
    with pytest.raises(Mistake, match="is not yours"):
        private_folder(tmp_path / "state")


def test_a_place_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Mistake, match="Set “state_folder” to another place"):
        private_folder(tmp_path / "file" / "state")


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    made = secret(tmp_path / "password", groups=3)
    assert re.fullmatch(r"[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){2}", made)
    assert secret(tmp_path / "password", groups=3) == made
    assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["password"]


def test_a_password_of_the_person_s_own_is_kept_and_closed_to_others(tmp_path):
    (tmp_path / "password").write_text("mot de passe\n")
    assert secret(tmp_path / "password", groups=3) == "mot de passe"
    assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600


def test_two_secrets_differ(tmp_path):
    assert secret(tmp_path / "a", groups=3) != secret(tmp_path / "b", groups=3)
