"""A detached signature: what is proved, by whom, and what proves nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artia_lab.provenance import Identity, verify_signature

CONTENT = b'{"title": "a work"}'


def test_what_this_lab_signed_is_trusted() -> None:
    identity = Identity.of_this_lab()
    found = verify_signature(CONTENT, identity.sign(CONTENT))
    assert found.valid and found.trusted
    assert found.root_fingerprint == identity.root_fingerprint and found.signer.startswith("ArtIA Lab")


@pytest.mark.parametrize("other", [b"", CONTENT + b" ", CONTENT.replace(b"a work", b"b work")])
def test_another_content_is_not_what_was_signed(other: bytes) -> None:
    found = verify_signature(other, Identity.of_this_lab().sign(CONTENT))
    assert not found.valid and not found.trusted and "changed" in found.reason


def test_an_empty_content_can_be_signed() -> None:
    assert verify_signature(b"", Identity.of_this_lab().sign(b"")).valid


def test_another_lab_is_valid_and_trusted_only_once_its_root_is(
    artia_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIA_HOME", str(tmp_path / "other"))
    other = Identity.of_this_lab()
    signature = other.sign(CONTENT)
    monkeypatch.setenv("ARTIA_HOME", str(artia_home))
    found = verify_signature(CONTENT, signature)
    assert found.valid and not found.trusted
    assert other.root_fingerprint in found.reason and str(artia_home) in found.reason
    trusted = artia_home / "identity" / "trusted"
    trusted.mkdir(parents=True)
    (trusted / "broken.pem").write_text("no certificate")
    shutil.copy(other.folder / "root.pem", trusted / "friends.pem")
    assert verify_signature(CONTENT, signature).trusted
    # Trusting others came first: an identity of one's own still finds its place.
    assert Identity.of_this_lab().root_fingerprint != other.root_fingerprint


@given(st.binary(max_size=300))
def test_anything_else_proves_nothing(junk: bytes) -> None:
    found = verify_signature(CONTENT, junk)
    assert not found.valid and "cannot be read" in found.reason


def test_no_changed_byte_makes_it_the_signature_of_another_content() -> None:
    signature = Identity.of_this_lab().sign(CONTENT)
    for place in range(0, len(signature), 3):
        changed = bytearray(signature)
        changed[place] ^= 0x41
        assert not verify_signature(b"another", bytes(changed)).valid
    for end in range(0, len(signature), 31):
        assert not verify_signature(CONTENT, signature[:end]).valid
    assert not verify_signature(CONTENT, signature + b"\0").valid
    assert not verify_signature(CONTENT, signature * 60).valid


def test_a_certificate_that_signs_itself_is_no_chain(tmp_path: Path) -> None:
    key, certificate, content, signature = (tmp_path / name for name in ("k.pem", "c.pem", "content", "s.p7s"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=anyone"],
                   check=True, capture_output=True)  # fmt: skip
    content.write_bytes(CONTENT)
    subprocess.run(["openssl", "cms", "-sign", "-binary", "-in", content, "-signer", certificate, "-inkey", key,
                    "-outform", "DER", "-out", signature], check=True, capture_output=True)  # fmt: skip
    assert not verify_signature(CONTENT, signature.read_bytes()).valid
