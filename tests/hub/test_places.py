"""The broker's settings, as the hub's give them."""

from __future__ import annotations

import os
import stat

import pytest

from artia_lab.errors import Mistake
from artia_lab.hub import Settings, places
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS
from artia_lab.slots.settings import Quota, load


def settings_in(folder, **given):
    return Settings(mode=SHARED_ACCOUNT, state_folder=str(folder / "state"), **given)


def test_what_the_hub_sets_is_what_the_broker_reads(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    settings = settings_in(
        tmp_path,
        cores=1,
        gpus=("0:24000",),
        gpu_share_mb=4000,
        half_life_s=60,
        minimum_run_s=0,
        workshop_quotas=("textures:4", "sounds:0:36000"),
    )
    read = load(places.prepare(settings))
    assert read == places.broker_settings(settings)
    assert (read.cores, read.gpus, read.gpu_share_mb, read.half_life_s) == (1, ("0:24000",), 4000, 60.0)
    assert read.minimum_run_s == 0.0
    assert read.workshops == {"textures": Quota(places=4), "sounds": Quota(slot_seconds=36000.0)}
    assert read.accounts == "shared"
    places.tidy(settings)


def test_the_socket_is_for_the_account_where_it_is_shared_and_for_all_where_each_has_their_own(tmp_path):
    shared = settings_in(tmp_path)
    places.prepare(shared)
    folder = os.path.dirname(places.socket_of(shared))
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    places.tidy(shared)
    assert not os.path.exists(folder)
    apart = Settings(mode=UNIX_ACCOUNTS, state_folder=str(tmp_path / "state"))
    assert places.socket_of(apart).startswith("/run/artia-hub-")
    assert len(places.socket_of(apart)) < 100
    if os.geteuid() == 0:
        places.prepare(apart)
        folder = os.path.dirname(places.socket_of(apart))
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o711
        places.tidy(apart)
        assert not os.path.exists(folder)


def test_two_hubs_of_one_machine_do_not_share_a_socket(tmp_path):
    one, other = settings_in(tmp_path / "a"), settings_in(tmp_path / "b")
    assert places.socket_of(one) != places.socket_of(other)
    assert places.socket_of(one) == places.socket_of(settings_in(tmp_path / "a"))


def test_without_places_there_is_no_socket_to_tell(tmp_path):
    assert places.socket_of(settings_in(tmp_path, places=False)) == ""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"cores": 4000}, "“cores” is 4000, and this machine has"),
        ({"gpus": ("no-such-gpu",)}, "The memory of the GPU “no-such-gpu” is unknown"),
    ],
)
def test_what_the_machine_does_not_have_is_said_before_the_hub_starts(tmp_path, given, sentence):
    with pytest.raises(Mistake, match=sentence):
        places.check(settings_in(tmp_path, **given))


@pytest.mark.parametrize(
    "quota", ["textures", "textures:", ":4", "../x:4", "textures:-1", "textures:4:", "a:4:5:6"]
)
def test_a_quota_that_is_not_written_as_it_should_be_is_refused(tmp_path, quota):
    with pytest.raises(Mistake, match="is not written as it should be: “textures:4”"):
        settings_in(tmp_path, workshop_quotas=(quota,))


def test_the_board_has_a_port_of_its_own(tmp_path):
    with pytest.raises(Mistake, match="“board_port” is another port’s number already"):
        settings_in(tmp_path, board_port=8000)
