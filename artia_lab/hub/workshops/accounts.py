"""Unix accounts of participants: made without a password when they join, removed with all that is theirs."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from artia_lab.errors import Failure
from artia_lab.hub.workshops.names import PARTICIPANT
from artia_lab.i18n import _

# Where any account may write: what a participant left there would belong to the next one of that number.
COMMON_PLACES = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
SECONDS_TO_END = 10.0
# What useradd and userdel end with when the account is there already, or gone.
ALREADY_THERE, NOT_THERE = 9, 6


def make_account(user: str) -> None:
    """Make the account of a participant, which nobody can enter but through the hub.

    Parameters
    ----------
    user : str
        Their name for the system; anybody on the machine can read it, and it tells nothing of them.

    Raises
    ------
    Failure
        If the system refuses.
    """
    made = subprocess.run(
        ["useradd", "--create-home", "--shell", "/usr/sbin/nologin", "--comment", "ArtIA", "-K", "HOME_MODE=0700",
         "-K", "UMASK=077", "--", _checked(user)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if made.returncode not in (0, ALREADY_THERE):
        sentence = _("The account “{user}” could not be made on this machine: {reason}")
        raise Failure(sentence.format(user=user, reason=made.stderr.strip() or made.returncode))
    home_of(user).chmod(0o700)


def home_of(user: str) -> Path:
    """Name the home of an account.

    Parameters
    ----------
    user : str
        Its name.

    Returns
    -------
    Path
        Its home.

    Raises
    ------
    KeyError
        If there is no such account.
    """
    return Path(pwd.getpwnam(_checked(user)).pw_dir)


def exists(user: str) -> bool:
    """Tell whether there is such an account.

    Parameters
    ----------
    user : str
        Its name.

    Returns
    -------
    bool
        Whether there is.
    """
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def end_processes(user: str) -> None:
    """End every process of an account, and make sure that none is left.

    Parameters
    ----------
    user : str
        Its name.

    Raises
    ------
    Failure
        If some do not end.
    """
    import psutil

    account = pwd.getpwnam(_checked(user)).pw_uid
    deadline = time.monotonic() + SECONDS_TO_END
    while True:
        left = []
        for each in psutil.process_iter(["uids", "status"]):
            uids = each.info["uids"]
            if uids and account in uids and each.info["status"] != psutil.STATUS_ZOMBIE:
                left.append(each)
        if not left:
            return
        if time.monotonic() > deadline:
            sentence = _("Processes of “{user}” do not end. Close the workshop again once they have.")
            raise Failure(sentence.format(user=user))
        for each in left:
            # At once: whoever gets a signal they can catch could start another process meanwhile.
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.05)


def remove_account(user: str) -> None:
    """Remove an account, its home, and what it left in places that are everybody's.

    Parameters
    ----------
    user : str
        Its name; when there is no such account, nothing is done.

    Raises
    ------
    Failure
        If something of it stays.
    """
    if not exists(_checked(user)):
        return
    end_processes(user)
    home, account = home_of(user), pwd.getpwnam(user).pw_uid
    for place in COMMON_PLACES:
        _remove_files_of(account, place)
    if shutil.which("crontab"):
        subprocess.run(["crontab", "-r", "-u", user], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    shutil.rmtree(home, ignore_errors=True)
    removed = subprocess.run(["userdel", "--force", "--", user], capture_output=True, text=True, check=False)
    if removed.returncode not in (0, NOT_THERE) or home.exists():
        sentence = _("The account “{user}” could not be removed from this machine: {reason}")
        raise Failure(sentence.format(user=user, reason=removed.stderr.strip() or home))


def _remove_files_of(account: int, place: Path) -> None:
    """Remove what belongs to an account, never through a link."""
    for _folder, folders, files, descriptor in os.fwalk(place, topdown=False, follow_symlinks=False):
        for name in files + folders:
            try:
                if os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_uid == account:
                    (os.rmdir if name in folders else os.unlink)(name, dir_fd=descriptor)
            except OSError:
                # Somebody else removed it, or keeps something in it.
                continue


def _checked(user: str) -> str:
    # The last wall before root does something to an account.
    if not PARTICIPANT.fullmatch(user):
        raise ValueError(user)
    return user
