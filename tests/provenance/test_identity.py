"""What a lab signs with: made once, for its eyes only, and checked by a program that is not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from artia_lab.errors import Mistake
from artia_lab.provenance import Identity
from artia_lab.provenance.identity import trusted_roots


def test_it_is_made_once(artia_home: Path) -> None:
    first = Identity.of_this_lab()
    assert Identity.of_this_lab().root_fingerprint == first.root_fingerprint
    assert first.folder == artia_home / "identity" / "own"


def test_nobody_else_may_look_into_it(artia_home: Path) -> None:
    folder = Identity.of_this_lab().folder
    assert {oct(each.stat().st_mode)[-3:] for each in (folder, folder.parent)} == {"700"}
    assert sorted(each.name for each in folder.iterdir()) == ["leaf.key", "leaf.pem", "root.key", "root.pem"]
    assert {oct(each.stat().st_mode)[-3:] for each in folder.iterdir()} == {"600"}


def test_a_key_that_others_may_read_is_closed_again() -> None:
    key = Identity.of_this_lab().folder / "leaf.key"
    key.chmod(0o644)
    Identity.of_this_lab()
    assert oct(key.stat().st_mode)[-3:] == "600"


def test_two_processes_that_start_at_once_have_the_same_one(artia_home: Path) -> None:
    code = "from artia_lab.provenance import Identity; print(Identity.of_this_lab().root_fingerprint)"
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2)]
    said = {each.communicate()[0] for each in both}
    assert len(said) == 1 and said != {b""}
    assert [each.name for each in (artia_home / "identity").iterdir()] == ["own"]


def test_it_names_nobody() -> None:
    said = Identity.of_this_lab().leaf.subject.rfc4514_string()
    assert os.environ.get("USER", "-") not in said and "ArtIA Lab" in said


@pytest.mark.parametrize("name", ["leaf.pem", "root.pem", "leaf.key"])
def test_a_damaged_one_is_said_to_be(name: str) -> None:
    folder = Identity.of_this_lab().folder
    (folder / name).unlink()
    with pytest.raises(Mistake, match="damaged"):
        Identity.of_this_lab()


def test_a_leaf_of_another_root_is_damage(
    artia_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Identity.of_this_lab().folder
    monkeypatch.setenv("ARTIA_HOME", str(tmp_path / "other"))
    shutil.copy(Identity.of_this_lab().folder / "root.pem", own)
    monkeypatch.setenv("ARTIA_HOME", str(artia_home))
    with pytest.raises(Mistake, match="damaged"):
        Identity.of_this_lab()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ARTIA_HOME", str(tmp_path / "file"))
    with pytest.raises(Mistake, match="cannot be kept"):
        Identity.of_this_lab()


def test_asking_whom_one_trusts_makes_no_identity(artia_home: Path) -> None:
    assert trusted_roots() == [] and not artia_home.exists()


def test_openssl_accepts_the_signature(tmp_path: Path) -> None:
    identity = Identity.of_this_lab()
    content, signature, root = tmp_path / "content", tmp_path / "content.p7s", tmp_path / "root.pem"
    content.write_bytes(b"a work\r\n\0")
    signature.write_bytes(identity.sign(content.read_bytes()))
    root.write_bytes(identity.root_pem)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content,
               "-CAfile", root]  # fmt: skip
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0 and b"successful" in done.stderr and done.stdout == content.read_bytes()
    content.write_bytes(b"another work")
    assert subprocess.run(command, capture_output=True).returncode != 0
