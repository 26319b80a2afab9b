"""What may be set for a hub: one frozen object, read from ``hub.toml``, that refuses what it does not know."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.home import data_folder, home
from artia_lab.hub import database
from artia_lab.i18n import LANGUAGES, _, language
from artia_lab.toml import read_settings

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
    "board_port": (0, 65_535),
    "seats": (1, 1000),
    "starts_at_once": (1, 100),
    "start_timeout_s": (10, 3600),
    "seat_memory_mb": (0, 10_000_000),
    "seat_processes": (0, 100_000),
    "idle_seat_minutes": (0, 100_000),
    "idle_kernel_minutes": (0, 100_000),
    "cores": (0, 4096),
    "cores_each": (1, 4096),
    "gpu_share_mb": (0, 10_000_000),
    "gpu_weight": (1, 10_000),
    "half_life_s": (1, 100_000_000),
    "minimum_run_s": (0, 86_400),
    "places_each": (0, 10_000),
}
_FORMS = {
    "gpus": re.compile(r"[\w-]+(:\d{1,8})?"),
    "workshop_quotas": re.compile(r"\w[\w.-]{0,31}:\d{1,4}(:\d{1,9})?"),
}
_EXAMPLES = {"gpus": "“0”, “1:24000”", "workshop_quotas": "“textures:4”, “textures:4:36000”"}
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
    board_port : int
        TCP port of the board, which only this machine uses; 0 for one that is free.
    certificate, certificate_key : str
        PEM files for HTTPS; both or neither.
    seats : int
        How many may be open at the same time.
    starts_at_once : int
        How many may be starting at the same time.
    start_timeout_s : int
        How long one may take to start, in seconds; waiting for its turn does not count.
    seat_memory_mb, seat_processes : int
        What a seat may hold of memory, in MB, and how many processes it may have, with all that it started; 0 for
        no limit.
    idle_seat_minutes, idle_kernel_minutes : int
        After how long without use a seat and a kernel are closed, unless a run is under way; 0 for never.
    places : bool
        Whether runs take turns on the places to compute; if not, each computes at once.
    cores, cores_each : int
        CPU cores to share, 0 for all of them; how many a run gets that asks for no number.
    gpus : tuple of str
        GPUs to share, by number or UUID, each perhaps with its memory in MB: ``("0", "1:24000")``.
    gpu_share_mb : int
        The smallest share of a GPU's memory to lease, in MB; 0 to lease whole GPUs only.
    gpu_weight : int
        How many cores a whole GPU counts for, when use is compared.
    half_life_s, minimum_run_s : int
        After how long what somebody used counts half, and how long a run computes at least before it makes room,
        in s.
    places_each : int
        How many places one person may hold at the same time; 0 for as many as there are.
    workshop_quotas : tuple of str
        What workshops may take: ``"NAME:PLACES"``, or ``"NAME:PLACES:SLOT_SECONDS"``; 0 for no limit.
    people, admins : tuple of str
        Who may join, everybody when empty; who may administer.
    facilitators : tuple of str
        Who facilitates workshops: sees participants on the board and helps them, without administering.
    public_url : str
        The address that people type, when it is not the one where the hub listens.
    seats_outlive_hub : bool
        Whether seats stay open when the hub is stopped.
    root_seats : bool
        Whether seats may run as root.
    merge_memory : bool
        Whether Linux shall keep once the memory that seats and kernels have alike; root alone can switch that on.
    state_folder : str
        Where the hub keeps its secrets and its database; ``""`` is a folder that suits the mode.
    database : str
        Address of a PostgreSQL database, without a password; ``""`` is a file in the state folder.
    database_password_file : str
        File that holds the password of the database, alone; ``""`` is ``ARTIA_HUB_DATABASE_PASSWORD``, or none.
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
    seat_memory_mb: int = 4000
    seat_processes: int = 200
    idle_seat_minutes: int = 120
    idle_kernel_minutes: int = 60
    board_port: int = 0
    places: bool = True
    cores: int = 0
    cores_each: int = 1
    gpus: tuple[str, ...] = ()
    gpu_share_mb: int = 0
    gpu_weight: int = 8
    half_life_s: int = 600
    minimum_run_s: int = 15
    places_each: int = 0
    workshop_quotas: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    facilitators: tuple[str, ...] = ()
    public_url: str = ""
    seats_outlive_hub: bool = False
    root_seats: bool = False
    merge_memory: bool = False
    state_folder: str = ""
    database: str = ""
    database_password_file: str = ""
    log_level: str = "warn"

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.default)
        database.check_setting(self.database)
        if self.board_port in (self.port, self.hub_port, self.proxy_port):
            raise Mistake(_("“board_port” is another port’s number already: choose another, or leave it at 0."))
        if len({self.port, self.hub_port, self.proxy_port}) < 3:
            raise Mistake(_("“port”, “hub_port” and “proxy_port” have to be three different numbers."))
        if self.public_url and not re.fullmatch(r"https?://[^\s/?#@]+/?", self.public_url):
            sentence = _("“public_url” is “{value}”; it is written like this: https://lab.example.org/")
            raise Mistake(sentence.format(value=self.public_url))
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
    # What kind each value is, the settings check themselves.
    return Settings(**read_settings(file, [each.name for each in fields(Settings)]))


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
    for each in value if name in _FORMS else ():
        if not _FORMS[name].fullmatch(each):
            raise Mistake(
                _("“{value}” in the setting “{name}” is not written as it should be: {example}.").format(
                    value=each, name=name, example=_EXAMPLES[name]
                )
            )
    for person in value if name in ("people", "admins", "facilitators") else ():
        if not PERSON.fullmatch(person):
            sentence = _(
                "“{value}” in the setting “{name}” cannot be a person's name: letters, digits, “.”, “-”, “_”."
            )
            raise Mistake(sentence.format(name=name, value=person))
