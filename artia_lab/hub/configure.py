"""From settings to the configuration of JupyterHub, one small function for each concern."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from artia_lab.hub import proxy
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.hub.state import private_folder, secret

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
    update_spawner(settings, c)
    update_seats(settings, c)
    update_limits(settings, c)
    update_endings(settings, c)


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
    c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
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


def update_proxy(settings: Settings, c: Config) -> None:
    """Start the proxy of this environment, whatever the PATH is.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.ConfigurableHTTPProxy.command = proxy.command()
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.ConfigurableHTTPProxy.log_level = settings.log_level


def update_people(settings: Settings, c: Config) -> None:
    """Decide who may join, and how they show who they are.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.Authenticator.allowed_users = {*settings.people, *settings.admins} if settings.people else set()
    c.Authenticator.allow_all = not settings.people
    c.Authenticator.admin_users = set(settings.admins)
    # Names become names of folders.
    c.Authenticator.username_pattern = r"^\w[\w.-]{0,31}\Z"
    if settings.account_mode == UNIX_ACCOUNTS:
        c.JupyterHub.authenticator_class = "pam"
        c.Authenticator.blocked_users = set() if settings.root_seats else {"root"}
    else:
        c.JupyterHub.authenticator_class = "shared-password"
        c.SharedPasswordAuthenticator.user_password = secret(settings.state / "password", groups=3)
        if settings.admins:
            c.SharedPasswordAuthenticator.admin_password = secret(settings.state / "admin-password", groups=8)


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
        c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
    else:
        c.JupyterHub.spawner_class = "jupyterhub.spawner.SimpleLocalProcessSpawner"
        people = private_folder(settings.state / "people")
        # Braces of the folder's own would be taken for a place to fill in.
        c.SimpleLocalProcessSpawner.home_dir_template = (
            str(people).replace("{", "{{").replace("}", "}}") + "/{username}"
        )
    c.Spawner.args = ["--allow-root"] if settings.root_seats else []


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
    c.Spawner.environment = {"ARTIA_LANG": settings.seat_language}


def update_limits(settings: Settings, c: Config) -> None:
    """Let a small machine start a few seats at a time, and leave each the time it takes.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    c : traitlets.config.Config
        Changed in place.
    """
    c.JupyterHub.active_server_limit = settings.seats
    c.JupyterHub.concurrent_spawn_limit = settings.starts_at_once
    c.Spawner.start_timeout = settings.start_timeout_s
    c.Spawner.http_timeout = settings.start_timeout_s


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
