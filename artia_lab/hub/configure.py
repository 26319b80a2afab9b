"""From settings to the configuration of JupyterHub, one small function for each concern."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from artia_lab.hub import database, logs, proxy
from artia_lab.hub.board import address as board
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.hub.state import private_folder, secret
from artia_lab.hub.workshops import roles

if TYPE_CHECKING:
    from traitlets.config import Config


def apply(settings: Settings, c: Config) -> None:
    """Configure a JupyterHub.

    Parameters
    ----------
    settings : Settings
        How it shall be; `artia_lab.hub.load` reads them from a file.
    c : traitlets.config.Config
        JupyterHub's configuration, which is changed.

    Raises
    ------
    Mistake
        If the proxy is missing, or the state folder cannot be used.
    """
    update_state(settings, c)
    update_addresses(settings, c)
    update_proxy(settings, c)
    update_people(settings, c)
    update_workshops(settings, c)
    update_spawner(settings, c)
    update_seats(settings, c)
    update_limits(settings, c)
    update_board(settings, c)
    update_logs(settings, c)
    update_endings(settings, c)
    update_pages(settings, c)


def update_state(settings: Settings, c: Config) -> None:
    """Keep secrets and database in a folder that only the hub's account can enter.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    state = private_folder(settings.state)
    c.JupyterHub.cookie_secret_file = str(state / "cookie-secret")
    c.JupyterHub.db_url = database.url(settings)
    database.write_ahead()
    # The proxy's token is in no file: it is made up at each start and known to the two processes alone.
    c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")


def update_addresses(settings: Settings, c: Config) -> None:
    """Listen where the settings say; the hub itself is only for this machine.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    c.JupyterHub.bind_url = f"{'https' if settings.certificate else 'http'}://{host}:{settings.port}/"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
    c.JupyterHub.ssl_cert = settings.certificate
    c.JupyterHub.ssl_key = settings.certificate_key
    c.JupyterHub.log_level = settings.log_level.upper()
    if settings.public_url:
        c.JupyterHub.public_url = settings.public_url.rstrip("/") + "/"


def update_proxy(settings: Settings, c: Config) -> None:
    """Start the proxy of this environment, whatever the PATH is.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.JupyterHub.proxy_class = "artia_lab.hub.kept_proxy.KeptProxy"
    c.ConfigurableHTTPProxy.command = proxy.command()
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.ConfigurableHTTPProxy.log_level = settings.log_level
    # One that dies is replaced, with its routes, within a few seconds.
    c.ConfigurableHTTPProxy.check_running_interval = 1


def update_people(settings: Settings, c: Config) -> None:
    """Decide who may join, and how they show who they are.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.Authenticator.allowed_users = (
        {*settings.people, *settings.admins, *settings.facilitators} if settings.people else set()
    )
    c.Authenticator.allow_all = not settings.people
    c.Authenticator.admin_users = set(settings.admins)
    # Names become names of folders.
    c.Authenticator.username_pattern = r"^\w[\w.-]{0,31}\Z"
    if settings.account_mode == UNIX_ACCOUNTS:
        c.JupyterHub.authenticator_class = "artia_lab.hub.workshops.authenticator.UnixWorkshops"
        c.Authenticator.blocked_users = set() if settings.root_seats else {"root"}
    else:
        c.JupyterHub.authenticator_class = "artia_lab.hub.workshops.authenticator.SharedWorkshops"
        c.SharedPasswordAuthenticator.user_password = secret(settings.state / "password", groups=3)
        if settings.admins:
            c.SharedPasswordAuthenticator.admin_password = secret(settings.state / "admin-password", groups=8)


def update_workshops(settings: Settings, c: Config) -> None:
    """Let participants join workshops, and those who facilitate help them.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.Workshops.state_folder = str(settings.state)
    c.Workshops.facilitators = set(settings.facilitators)
    c.Workshops.makes_accounts = settings.account_mode == UNIX_ACCOUNTS
    if settings.facilitators and settings.account_mode != UNIX_ACCOUNTS:
        c.SharedWorkshops.facilitator_password = secret(settings.state / "facilitator-password", groups=4)
    # Somebody whose workshop is closed starts no seat, whatever cookie they still have.
    c.Authenticator.refresh_pre_spawn = True
    c.JupyterHub.load_groups = roles.groups(settings)
    c.JupyterHub.load_roles = [*c.JupyterHub.get("load_roles", []), *roles.roles(settings)]
    # It is no server: the commands of this machine speak to the hub in its name.
    commands = {"name": roles.COMMANDS, "api_token": secret(settings.state / "workshops-token", groups=8)}
    c.JupyterHub.services = [*c.JupyterHub.get("services", []), commands]


def update_spawner(settings: Settings, c: Config) -> None:
    """Start seats as processes of this machine, in the right account.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    if settings.account_mode == UNIX_ACCOUNTS:
        c.JupyterHub.spawner_class = "artia_lab.hub.seats.spawner.Seat"
    else:
        c.JupyterHub.spawner_class = "artia_lab.hub.seats.spawner.SharedSeat"
        people = private_folder(settings.state / "people")
        # Braces of the folder's own would be taken for a place to fill in.
        c.SimpleLocalProcessSpawner.home_dir_template = (
            str(people).replace("{", "{{").replace("}", "}}") + "/{username}"
        )
    c.Seat.hub_settings = settings
    c.Spawner.args = [*(["--allow-root"] if settings.root_seats else []), *closing(settings)]


def update_seats(settings: Settings, c: Config) -> None:
    """Open JupyterLab on the notebooks, in the language of the hub.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.Spawner.cmd = [sys.executable, "-m", "artia_lab.web.seat"]
    c.Spawner.default_url = "/lab"
    c.Spawner.environment = {"ARTIA_LANG": settings.seat_language, "ARTIA_BOARD": board.url(settings)}
    # A seat that was killed is known to be so before its person has tried twice; the look costs next to nothing.
    c.Spawner.poll_interval = 3


def update_limits(settings: Settings, c: Config) -> None:
    """Let a small machine start a few seats at a time, and leave each the time it takes.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    # Both would refuse people; seats let them wait in line instead.
    c.JupyterHub.active_server_limit = 0
    c.JupyterHub.concurrent_spawn_limit = 0
    # Whoever waits longer sees the waiting page.
    c.JupyterHub.tornado_settings.update({"slow_spawn_timeout": 1})
    # A hub that is opened again answers while it still looks whose seats are there.
    c.JupyterHub.init_spawners_timeout = 1
    c.Spawner.start_timeout = settings.start_timeout_s
    c.Spawner.http_timeout = settings.start_timeout_s


def closing(settings: Settings) -> list[str]:
    """Say when a seat closes its kernels, and itself.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Returns
    -------
    list of str
        Options of a Jupyter Server; `artia_lab.web.idle` sees to it that a run counts as use.
    """
    kernels, seat = settings.idle_kernel_minutes * 60, settings.idle_seat_minutes * 60
    return [
        f"--MappingKernelManager.cull_idle_timeout={kernels}",
        # Tabs that nobody looks at hold their kernels as well.
        "--MappingKernelManager.cull_connected=True",
        f"--MappingKernelManager.cull_interval={min(300, max(1, kernels // 2))}",
        f"--ServerApp.shutdown_no_activity_timeout={seat}",
        f"--TerminalManager.cull_inactive_timeout={kernels}",
    ]


def update_board(settings: Settings, c: Config) -> None:
    """Know the board as a service, which may start and stop seats, and nothing else.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.JupyterHub.services = [*c.JupyterHub.get("services", []), board.service(settings)]
    c.JupyterHub.load_roles = [*c.JupyterHub.get("load_roles", []), board.role()]


def update_logs(settings: Settings, c: Config) -> None:
    """Write down what happens for a program to read, besides what is told in the terminal.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.JupyterHub.logging_config = logs.configuration("hub", settings)


def update_endings(settings: Settings, c: Config) -> None:
    """Decide what stays when the hub is stopped; after a crash of the hub, everything does.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.JupyterHub.cleanup_servers = not settings.seats_outlive_hub
    c.JupyterHub.cleanup_proxy = not settings.seats_outlive_hub


def update_pages(settings: Settings, c: Config) -> None:
    """Send pages of ours, in the language of whoever asks, which execute and load nothing but our own files.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    # The hub's own modules are slow to import, and few who read settings need them.
    from artia_lab.hub import pages

    c.JupyterHub.template_paths = [str(pages.TEMPLATES)]
    c.JupyterHub.template_vars.update({"guest": partial(pages.guest, settings.state)})
    c.JupyterHub.jinja_environment_options = {"extensions": [pages.Words]}
    c.JupyterHub.tornado_settings.update(
        {
            pages.LANGUAGE_SETTING: settings.seat_language,
            "static_handler_class": pages.Files,
            "headers": {"Content-Security-Policy": pages.POLICY, "Referrer-Policy": "same-origin"},
        }
    )
