"""What may be set for a hub: one frozen object, read from ``hub.toml``, that refuses what it does not know."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake, NotFound
from artia_lab.home import data_folder, home
from artia_lab.i18n import LANGUAGES, _, language

SHARED_ACCOUNT = "shared-account"
UNIX_ACCOUNTS = "unix-accounts"
PERSON = re.compile(r"\w[\w.-]{0,31}")

_CHOICES = {
    "mode": ("", SHARED_ACCOUNT, UNIX_ACCOUNTS),
    "language": ("", *LANGUAGES),
    "log_level": ("debug", "info", "warn", "error"),
}
_RANGES = {
    "port": (1, 65_535),
    "hub_port": (1, 65_535),
    "proxy_port": (1, 65_535),
    "seats": (1, 1000),
    "starts_at_once": (1, 100),
    "start_timeout_s": (10, 3600),
}
_KINDS = {bool: "true / false", int: "1, 2, 3…", str: '"…"', tuple: '["…", "…"]'}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How one hub is set up; ``hub_config/hub.toml`` documents each of these for people.

    Attributes
    ----------
    mode : {"", "shared-account", "unix-accounts"}
        Whose account seats run in: that of whoever opens the hub, or each person's own; ``""`` is the second when
        root opens it, else the first.
    language : {"", "fr", "en"}
        Language of the seats; ``""`` is that of whoever opens the hub.
    address : str
        IP address to listen on.
    port, hub_port, proxy_port : int
        TCP ports: the public one, and two that only this machine uses.
    certificate, certificate_key : str
        PEM files for HTTPS; both or neither.
    seats : int
        How many may be open at the same time.
    starts_at_once : int
        How many may be starting at the same time.
    start_timeout_s : int
        How long one may take to start, in seconds.
    people, admins : tuple of str
        Who may join, everybody when empty; who may administer.
    seats_outlive_hub : bool
        Whether seats stay open when the hub is stopped.
    root_seats : bool
        Whether seats may run as root.
    state_folder : str
        Where the hub keeps its secrets and its database; ``""`` is a folder that suits the mode.
    log_level : {"debug", "info", "warn", "error"}
        How much the hub tells.

    Raises
    ------
    Mistake
        If a value is not allowed; the sentence names it and says what is.
    """

    mode: str = ""
    language: str = ""
    address: str = "127.0.0.1"
    port: int = 8000
    hub_port: int = 8081
    proxy_port: int = 8001
    certificate: str = ""
    certificate_key: str = ""
    seats: int = 30
    starts_at_once: int = 4
    start_timeout_s: int = 120
    people: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    seats_outlive_hub: bool = False
    root_seats: bool = False
    state_folder: str = ""
    log_level: str = "warn"

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.default)
        if len({self.port, self.hub_port, self.proxy_port}) < 3:
            raise Mistake(_("“port”, “hub_port” and “proxy_port” have to be three different numbers."))
        if bool(self.certificate) != bool(self.certificate_key):
            raise Mistake(_("HTTPS needs both “certificate” and “certificate_key”: give the two, or neither."))

    @property
    def account_mode(self) -> str:
        """The mode in force, decided when the settings leave it open.

        Returns
        -------
        str
            ``"shared-account"`` or ``"unix-accounts"``.
        """
        return self.mode or (UNIX_ACCOUNTS if os.geteuid() == 0 else SHARED_ACCOUNT)

    @property
    def seat_language(self) -> str:
        """The language of the seats, decided when the settings leave it open.

        Returns
        -------
        str
            ``"fr"`` or ``"en"``.
        """
        return self.language or language()

    @property
    def state(self) -> Path:
        """Where the hub keeps its secrets and its database.

        Returns
        -------
        Path
            Absolute, not created.
        """
        if self.state_folder:
            return Path(self.state_folder).expanduser().absolute()
        return Path("/var/lib/artia-hub") if self.account_mode == UNIX_ACCOUNTS else home() / "hub"

    @property
    def url(self) -> str:
        """The address to open in a browser, on this machine when the hub listens everywhere.

        Returns
        -------
        str
            Ends with ``/``.
        """
        scheme = "https" if self.certificate else "http"
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.address, self.address)
        return f"{scheme}://{f'[{host}]' if ':' in host.strip('[]') and host[0] != '[' else host}:{self.port}/"


def load(path: str | os.PathLike[str] | None = None) -> Settings:
    """Read settings from a file.

    Parameters
    ----------
    path : path, optional
        A ``hub.toml``; by default the one that comes with the package.

    Returns
    -------
    Settings
        What it sets, and the defaults for the rest.

    Raises
    ------
    NotFound
        If there is no such file.
    Mistake
        If it cannot be read, or sets something that does not exist or is not allowed.
    """
    file = Path(path) if path else data_folder("hub_config") / "hub.toml"
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        sentence = _(
            "There is no settings file “{file}”. Check its name, or leave it out to use the usual settings."
        )
        raise NotFound(sentence.format(file=file)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        sentence = _("The settings in “{file}” cannot be read: {reason}. Correct that line, then try again.")
        raise Mistake(sentence.format(file=file, reason=error)) from error
    known = [each.name for each in fields(Settings)]
    unknown = [name for name in content if name not in known]
    if unknown:
        sentence = _("“{name}” in “{file}” is not a setting of the hub; these are: {list}.")
        raise Mistake(sentence.format(name=unknown[0], file=file, list=", ".join(known)))
    # What kind each value is, the settings check themselves.
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }
    return Settings(**given)


def _check(name: str, value: Any, default: Any) -> None:
    # bool is a kind of int for Python, and true is no port.
    if type(value) is not type(default) or (isinstance(value, tuple) and not all(type(v) is str for v in value)):
        sentence = _("The setting “{name}” is {value}; it is written like this: {example}.")
        raise Mistake(sentence.format(name=name, value=repr(value), example=_KINDS[type(default)]))
    if name in _CHOICES and value not in _CHOICES[name]:
        listed = ", ".join(f"“{each}”" for each in _CHOICES[name])
        raise Mistake(
            _("The setting “{name}” is “{value}”; it may be: {list}.").format(name=name, value=value, list=listed)
        )
    if name in _RANGES and not _RANGES[name][0] <= value <= _RANGES[name][1]:
        low, high = _RANGES[name]
        raise Mistake(
            _("The setting “{name}” is {value}; it goes from {low} to {high}.").format(
                name=name, value=value, low=low, high=high
            )
        )
    for person in value if name in ("people", "admins") else ():
        if not PERSON.fullmatch(person):
            sentence = _(
                "“{value}” in the setting “{name}” cannot be a person's name: letters, digits, “.”, “-”, “_”."
            )
            raise Mistake(sentence.format(name=name, value=person))
