"""The places to compute of a hub: where its broker listens, and what the hub's settings say to it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import fields
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.hub.state import private_folder
from artia_lab.i18n import _
from artia_lab.slots.settings import SHARED, UNIX, Quota
from artia_lab.slots.settings import Settings as Places

# What the two have in common, by the same names.
_SAME: tuple[str, ...] = (
    "cores",
    "cores_each",
    "gpus",
    "gpu_share_mb",
    "gpu_weight",
    "half_life_s",
    "minimum_run_s",
    "places_each",
)


def socket_of(settings: Settings) -> str:
    """Name the socket of a hub's broker, as seats are told by ``ARTIA_SLOTS``.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    str
        A path short enough for a socket; ``""`` where the hub shares no places to compute.
    """
    return str(_folder(settings) / "slots") if settings.places else ""


def tokens_of(settings: Settings) -> Path:
    """Name the folder of the tokens that seats are told by ``ARTIA_SLOTS_TOKEN``.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    Path
        For `artia_lab.slots.people.Tokens`.
    """
    return settings.state / "slots" / "tokens"


def quotas(settings: Settings) -> dict[str, Quota]:
    """Read the setting ``workshop_quotas``.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    dict of str to Quota
        By workshop.
    """
    found = {}
    for each in settings.workshop_quotas:
        name, _colon, numbers = each.partition(":")
        places, _colon, seconds = numbers.partition(":")
        found[name] = Quota(places=int(places), slot_seconds=float(seconds or 0))
    return found


def broker_settings(settings: Settings) -> Places:
    """Say what a hub's settings mean to its broker.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    artia_lab.slots.settings.Settings
        The broker's settings.
    """
    return Places(
        socket=socket_of(settings),
        state_folder=str(settings.state / "slots"),
        accounts=UNIX if settings.account_mode == UNIX_ACCOUNTS else SHARED,
        workshops=quotas(settings),
        **{name: getattr(settings, name) for name in _SAME},
    )


def prepare(settings: Settings) -> Path:
    """Make what the broker needs: its folder, that of its socket, and its settings in a file.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    Mistake
        If a folder cannot be made, or is somebody else's.
    """
    wanted = broker_settings(settings)
    private_folder(_folder(settings))
    if settings.account_mode == UNIX_ACCOUNTS:
        # Every account knocks at the socket; the broker asks the kernel who it is.
        _folder(settings).chmod(0o711)
    file = private_folder(Path(wanted.state_folder)) / "settings.toml"
    lines = [f"{each.name} = {_written(getattr(wanted, each.name))}" for each in fields(wanted)[:-1]]
    for name, quota in wanted.workshops.items():
        lines += [f"[workshops.{json.dumps(name)}]", f"places = {quota.places}"]
        lines += [f"slot_seconds = {quota.slot_seconds}"]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def tidy(settings: Settings) -> None:
    """Remove the socket's folder once the broker has ended.

    Parameters
    ----------
    settings : Settings
        How the hub was.
    """
    folder = _folder(settings)
    for name in (folder / "slots",):
        if name.exists() and stat.S_ISSOCK(name.lstat().st_mode):
            name.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def check(settings: Settings) -> None:
    """Make sure that the broker will take these settings, before anything is started.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Raises
    ------
    Mistake
        If there are no such cores, or it does not know how much memory a GPU has.
    """
    if not settings.places:
        return
    from artia_lab.slots.machine import rules_of

    there = len(os.sched_getaffinity(0))
    if settings.cores > there:
        sentence = _("The setting “cores” is {value}, and this machine has {count}. Lower it, or leave it at 0.")
        raise Mistake(sentence.format(value=settings.cores, count=there))
    rules_of(broker_settings(settings))


def _folder(settings: Settings) -> Path:
    # One for each hub of this machine, and the same when the hub is opened again.
    name = f"artia-hub-{hashlib.sha256(os.fsencode(settings.state)).hexdigest()[:12]}"
    if settings.account_mode == UNIX_ACCOUNTS:
        return Path("/run") / name
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(session if session and len(session) < 40 and os.path.isdir(session) else "/tmp") / name


def _written(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
