"""Where the hub keeps what it knows: a file of its own, or PostgreSQL by one setting, its password apart."""

from __future__ import annotations

import os
import sqlite3
import stat
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from artia_lab.errors import Mistake
from artia_lab.hub.disk import write_private
from artia_lab.hub.state import private_folder
from artia_lab.i18n import _

if TYPE_CHECKING:
    from artia_lab.hub.settings import Settings

# The password, where no setting names a file of it.
PASSWORD_VARIABLE = "ARTIA_HUB_DATABASE_PASSWORD"
# What libpq reads by itself at each connection, so that the password is in no URL, log or environment.
PASSWORDS = "database-password"
REACHED_S = 10
DRIVER = "psycopg2"


def check_setting(value: str) -> None:
    """Refuse an address of a database that cannot be one, or that holds a password.

    Parameters
    ----------
    value : str
        The setting; ``""`` is a file of the hub's own.

    Raises
    ------
    Mistake
        With how it is written; the sentence never repeats the address, which may hold a password.
    """
    if not value:
        return
    parts = urlsplit(value)
    try:
        whole = parts.scheme == "postgresql" and len(parts.path) > 1 and (parts.port or 1) > 0
    except ValueError:
        whole = False
    if not whole or any(each.isspace() for each in value):
        raise Mistake(_("“database” is written like this: postgresql://NAME@MACHINE:5432/DATABASE"))
    if parts.password is not None or "password" in parts.query.lower() or "passfile" in parts.query.lower():
        raise Mistake(
            _(
                "Take the password out of “database”: write it alone in a file that only the hub can read, and "
                "name that file in “database_password_file”; or give it in the variable {variable}."
            ).format(variable=PASSWORD_VARIABLE)
        )


def url(settings: Settings) -> str:
    """Say where the database is, and put the password where the database's own library looks for it.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Returns
    -------
    str
        As SQLAlchemy writes it, without a password.

    Raises
    ------
    Mistake
        If the file of the password cannot be read, or can be by others.
    """
    state = private_folder(settings.state)
    if not settings.database:
        return f"sqlite:///{state / 'hub.sqlite'}"
    # Which of the libraries that speak with PostgreSQL is the usual one depends on SQLAlchemy's version.
    parts = urlsplit(settings.database)._replace(scheme=f"postgresql+{DRIVER}")
    password = _password(settings)
    if not password:
        return urlunsplit(parts)
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    place = state / PASSWORDS
    write_private(place, f"*:*:*:*:{escaped}\n".encode())
    query = "&".join(filter(None, (parts.query, f"passfile={quote(str(place))}")))
    return urlunsplit(parts._replace(query=query))


def write_ahead() -> None:
    """Let SQLite write each change once, at the end of a log, from now on.

    By default it waits for the disk three times at each of them, and a hub makes a dozen while one person joins:
    nobody else is served meanwhile. A process that is killed loses nothing by this; a machine that loses power may
    lose the last changes, never the database (https://www.sqlite.org/wal.html).
    """
    from sqlalchemy import Engine, event

    event.listen(Engine, "connect", _connected)


def _connected(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")


def check(settings: Settings) -> None:
    """Make sure that the database answers.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Raises
    ------
    Mistake
        If it does not, or what speaks with it is not installed; the sentence says what to do.
    """
    if not settings.database:
        return
    if find_spec(DRIVER) is None:
        raise Mistake(
            _("What speaks with PostgreSQL is not installed. Bring it with: {remedy}").format(
                remedy='pip install "artia-lab[postgresql]"'
            )
        )
    import psycopg2

    try:
        psycopg2.connect(url(settings).replace(f"+{DRIVER}", "", 1), connect_timeout=REACHED_S).close()
    except psycopg2.Error as error:
        sentence = _("The database does not let the hub in: {reason}. Check “database” and its password.")
        raise Mistake(sentence.format(reason=" ".join(str(error).split()).rstrip("."))) from None


def _password(settings: Settings) -> str:
    if not settings.database_password_file:
        return os.environ.get(PASSWORD_VARIABLE, "")
    file = Path(settings.database_password_file).expanduser()
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            sentence = _("Others can read the password of the database. Close its file: chmod 600 “{file}”")
            raise Mistake(sentence.format(file=file))
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sentence = _("The password of the database cannot be read from “{file}”: {reason}.")
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Mistake(sentence.format(file=file, reason=reason)) from None
    password = content.strip("\r\n")
    if not password or "\n" in password:
        raise Mistake(_("“{file}” has to hold the password of the database, alone on one line.").format(file=file))
    return password
