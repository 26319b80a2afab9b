"""From settings to a bare configuration of JupyterHub."""

from __future__ import annotations

import stat
import sys

import pytest
from traitlets.config import Config

from artia_lab.hub import Settings, apply
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS


@pytest.fixture
def configured(tmp_path):
    """Apply settings to a configuration that JupyterHub knows nothing of."""

    def configure(**given: object) -> Config:
        c = Config()
        apply(Settings(**({"mode": SHARED_ACCOUNT, "state_folder": str(tmp_path / "state")} | given)), c)
        return c

    return configure


def test_it_listens_to_this_machine_alone_unless_told_otherwise(configured):
    c = configured()
    assert c.JupyterHub.bind_url == "http://127.0.0.1:8000/"
    assert c.JupyterHub.hub_bind_url == "http://127.0.0.1:8081"
    assert c.ConfigurableHTTPProxy.api_url == "http://127.0.0.1:8001"


def test_an_ipv6_address_stands_in_brackets(configured):
    assert configured(address="::").JupyterHub.bind_url == "http://[::]:8000/"


def test_the_proxy_is_named_absolutely(configured):
    node, script = configured().ConfigurableHTTPProxy.command
    assert node.startswith("/") and script.startswith("/")


def test_secrets_are_in_a_folder_that_only_its_owner_enters(configured, tmp_path):
    c = configured(admins=("ada",))
    state = tmp_path / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for name in ("password", "admin-password"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    assert c.JupyterHub.db_url == f"sqlite:///{state}/hub.sqlite"
    assert c.JupyterHub.cookie_secret_file == str(state / "cookie-secret")


def test_the_password_stays_the_same_from_one_day_to_the_next(configured):
    first, second = configured().SharedPasswordAuthenticator, configured().SharedPasswordAuthenticator
    assert first.user_password == second.user_password
    assert len(first.user_password) == 14


def test_administering_takes_another_password(configured):
    shared = configured(admins=("ada",)).SharedPasswordAuthenticator
    assert len(shared.admin_password) >= 32 and shared.admin_password != shared.user_password
    assert "admin_password" not in configured().SharedPasswordAuthenticator


def test_everybody_may_join_unless_people_are_named(configured):
    everybody, some = configured().Authenticator, configured(people=("ada",), admins=("zoe",)).Authenticator
    assert (everybody.allow_all, everybody.allowed_users) == (True, set())
    assert (some.allow_all, some.allowed_users, some.admin_users) == (False, {"ada", "zoe"}, {"zoe"})


def test_real_accounts_ask_the_machine_and_leave_root_out(configured):
    c = configured(mode=UNIX_ACCOUNTS)
    assert c.JupyterHub.authenticator_class == "artia_lab.hub.workshops.authenticator.UnixWorkshops"
    assert c.Workshops.makes_accounts is True
    assert c.JupyterHub.spawner_class == "artia_lab.hub.seats.spawner.Seat"
    assert c.Authenticator.blocked_users == {"root"}
    assert "SharedPasswordAuthenticator" not in c


def test_homes_are_in_the_state_folder_whatever_its_name(configured, tmp_path):
    template = configured(state_folder=str(tmp_path / "a{b}")).SimpleLocalProcessSpawner.home_dir_template
    assert template.format(username="ada") == str(tmp_path / "a{b}/people/ada")


def test_seats_never_run_as_root_unless_told_so(configured):
    assert "--allow-root" not in configured().Spawner.args
    assert "--allow-root" in configured(root_seats=True).Spawner.args


def test_seats_run_in_this_environment_and_in_one_language(configured):
    c = configured(language="fr")
    assert c.Spawner.cmd == [sys.executable, "-m", "artia_lab.web.seat"]
    assert c.Spawner.environment["ARTIA_LANG"] == "fr"


def test_few_seats_start_at_once_and_each_has_time(configured):
    c = configured(seats=60, starts_at_once=2, start_timeout_s=90)
    # JupyterHub itself refuses nobody: the line has the figures.
    assert (c.JupyterHub.active_server_limit, c.JupyterHub.concurrent_spawn_limit) == (0, 0)
    assert (c.Seat.hub_settings.seats, c.Seat.hub_settings.starts_at_once) == (60, 2)
    assert (c.Spawner.start_timeout, c.Spawner.http_timeout) == (90, 90)


@pytest.mark.parametrize("outlive", [False, True])
def test_seats_and_proxy_end_together_or_not_at_all(configured, outlive):
    hub = configured(seats_outlive_hub=outlive).JupyterHub
    assert (hub.cleanup_servers, hub.cleanup_proxy) == (not outlive, not outlive)


def test_those_who_facilitate_have_a_password_and_a_role_of_their_own(configured, tmp_path):
    c = configured(facilitators=("fab",), admins=("ada",), people=("zoe",))
    assert stat.S_IMODE((tmp_path / "state" / "facilitator-password").stat().st_mode) == 0o600
    (role,) = [each for each in c.JupyterHub.load_roles if each["name"] == "facilitator"]
    assert role["users"] == ["fab"]
    # Nothing that reaches beyond participants, nor into their seats.
    assert not [each for each in role["scopes"] if each.startswith(("admin", "access:servers", "delete"))]
    assert all(each.endswith(("!group=participants", "!service=board")) for each in role["scopes"])
    assert c.Authenticator.allowed_users == {"fab", "ada", "zoe"}


def test_without_facilitators_there_is_no_password_for_them(configured, tmp_path):
    assert "facilitator_password" not in configured().SharedWorkshops
    assert not (tmp_path / "state" / "facilitator-password").exists()


def test_each_role_of_the_hub_is_declared_once_and_none_administers(configured):
    c = configured(facilitators=("fab",))
    names = [each["name"] for each in c.JupyterHub.load_roles]
    assert len(names) == len(set(names)) and {"facilitator", "workshops", "board"} <= set(names)
    assert not [scope for each in c.JupyterHub.load_roles for scope in each["scopes"] if scope.startswith("admin")]


def test_seats_and_kernels_that_nobody_uses_are_closed(configured):
    args = configured(idle_seat_minutes=90, idle_kernel_minutes=45).Spawner.args
    assert "--ServerApp.shutdown_no_activity_timeout=5400" in args
    assert {"--MappingKernelManager.cull_idle_timeout=2700", "--MappingKernelManager.cull_connected=True"} < set(
        args
    )


def test_nothing_is_closed_where_no_time_is_set(configured):
    args = configured(idle_seat_minutes=0, idle_kernel_minutes=0).Spawner.args
    assert {"--ServerApp.shutdown_no_activity_timeout=0", "--MappingKernelManager.cull_idle_timeout=0"} < set(args)
