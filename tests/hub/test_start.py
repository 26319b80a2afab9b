"""What is checked before a hub starts."""

from __future__ import annotations

import os
import socket

import pytest

from artia_lab.errors import Mistake
from artia_lab.hub import Settings
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS
from artia_lab.hub.start import check_account, check_facilitators, check_files, check_ports, check_reach


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("name", ["port", "hub_port", "proxy_port"])
def test_a_port_that_is_taken_is_named(tmp_path, taken, name):
    ports = {"port": 49_001, "hub_port": 49_002, "proxy_port": 49_003, name: taken}
    with pytest.raises(Mistake, match=f"port {taken}: .*change “{name}” in the settings"):
        check_ports(Settings(state_folder=str(tmp_path), **ports))


@pytest.mark.parametrize("left", ["", "not a number", "a living process that is no proxy", "999999999"])
def test_a_stale_note_of_a_proxy_frees_no_port(tmp_path, taken, left):
    (tmp_path / "proxy.pid").write_text(str(os.getpid()) if left.startswith("a living") else left)
    with pytest.raises(Mistake, match="cannot listen"):
        check_ports(Settings(state_folder=str(tmp_path), port=taken))


def test_an_address_of_another_machine_is_refused(tmp_path):
    with pytest.raises(Mistake, match=r"cannot listen at 192\.0\.2\.1"):
        check_ports(Settings(state_folder=str(tmp_path), address="192.0.2.1"))


def test_a_shared_account_is_never_root_s(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Mistake, match="Everybody who joins would be root"):
        check_account(Settings(mode=SHARED_ACCOUNT))
    check_account(Settings(mode=SHARED_ACCOUNT, root_seats=True))


def test_accounts_of_their_own_take_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Mistake, match="Only root can start seats"):
        check_account(Settings(mode=UNIX_ACCOUNTS))


def test_whoever_facilitates_has_an_account():
    check_facilitators(Settings(mode=UNIX_ACCOUNTS, facilitators=("root",)))
    with pytest.raises(Mistake, match="“nobody-here” of the setting “facilitators” has no account"):
        check_facilitators(Settings(mode=UNIX_ACCOUNTS, facilitators=("root", "nobody-here")))


def test_a_program_that_people_cannot_read_is_said(tmp_path):
    closed = tmp_path / "closed"
    (closed / "program").mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(Mistake, match=r"is closed to others\. Install it in a place such as /opt"):
        check_reach(closed / "program")


def test_a_certificate_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(Mistake, match="“certificate” cannot be read"):
        check_files(Settings(certificate=str(tmp_path / "no.pem"), certificate_key=str(tmp_path / "no.pem")))
