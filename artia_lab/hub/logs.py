"""Logs that a program can read: one JSON object a line, without secrets and without the names of works.

Each part of a hub writes its own file in ``logs`` of the state folder: ``hub.jsonl``, ``board.jsonl`` and
``supervisor.jsonl``; an old one gets a number.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.hub.settings import Settings
from artia_lab.hub.state import private_folder

if TYPE_CHECKING:
    from tornado.web import RequestHandler

LIMIT_BYTES, FILES = 8 * 2**20, 4
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}

_KEPT = "hidden"
# An address says who asked for what kind of thing; what follows is the name of a work, or a code.
_ADDRESS = re.compile(r"(/(?:hub/api/[^\s?#\"']*|(?:hub|user|services)/[^\s/?#\"']+))[^\s\"')]*")
_FILE = re.compile(
    r"[^\s\"'“”«»/=]+\.(ipynb|png|jpe?g|gif|webp|wav|flac|mp3|ogg|txt|csv|json|safetensors|zip|toml)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(?i)\b(authorization|token|bearer|password|secret|code|cookie|_xsrf|api_key)(\s*[=:]\s*|\s+)"
    r"(?:(?:token|bearer)\s+)?[\"']?[\w.~+/|:=-]{6,}"
)
# Tokens of the hub (32 hexadecimal digits), ours (groups of four letters), and those of URL-safe base64.
_TOKEN = re.compile(r"\b(?:[0-9a-f]{32,}|(?:[a-z0-9]{4}-){2,}[a-z0-9]{4}|[\w-]{43,})\b")


class JsonLines(logging.Formatter):
    """Writes a record as one line.

    Parameters
    ----------
    part : str
        The process that writes.
    """

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """Write a record.

        Parameters
        ----------
        record : logging.LogRecord
            What there is to say; ``facts`` may hold more, of JSON types.

        Returns
        -------
        str
            JSON.
        """
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "part": self._part,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["trace"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


def scrubbed(text: str) -> str:
    """Take secrets and names of works out of a text.

    Parameters
    ----------
    text : str
        A text.

    Returns
    -------
    str
        Without them.
    """
    text = _SECRET.sub(rf"\1\2{_KEPT}", text)
    text = _ADDRESS.sub(lambda found: found[1] + ("" if found[0] == found[1] else "…"), text)
    return _FILE.sub(rf"{_KEPT}.\1", _TOKEN.sub(_KEPT, text))


def handler(part: str, settings: Settings) -> logging.Handler:
    """Make what writes a part's log.

    Parameters
    ----------
    part : str
        Such as ``"hub"``.
    settings : Settings
        How the hub is.

    Returns
    -------
    logging.Handler
        It writes to a file that only the hub's account may read.
    """
    folder = private_folder(private_folder(settings.state) / "logs")
    file = folder / f"{part}.jsonl"
    file.touch(mode=0o600)
    made = _Kept(file, maxBytes=LIMIT_BYTES, backupCount=FILES, encoding="utf-8")
    made.setFormatter(JsonLines(part))
    made.setLevel(min(LEVELS[settings.log_level], logging.INFO))
    return made


def configuration(part: str, settings: Settings) -> dict[str, Any]:
    """Say it in the form of `logging.config`, for JupyterHub.

    Parameters
    ----------
    part : str
        Such as ``"hub"``.
    settings : Settings
        How the hub is.

    Returns
    -------
    dict
        What to add to its usual configuration.
    """
    lines = {"()": "artia_lab.hub.logs.handler", "part": part, "settings": settings}
    # Its logger is named after its class; what it tells in the terminal stays.
    return {
        "handlers": {"lines": lines},
        "loggers": {"JupyterHub": {"level": "DEBUG", "handlers": ["console", "lines"]}},
    }


def set_up(part: str, settings: Settings) -> None:
    """Let the logs of this process go to its file, and what is serious to the terminal as well.

    Parameters
    ----------
    part : str
        Such as ``"board"``.
    settings : Settings
        How the hub is.
    """
    terminal = logging.StreamHandler()
    terminal.setLevel(LEVELS[settings.log_level])
    terminal.setFormatter(logging.Formatter(f"%(asctime)s {part} %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler(part, settings), terminal], force=True)


def request(answer: RequestHandler) -> None:
    """Log a request to the board: what kind, and how it ended.

    Parameters
    ----------
    answer : tornado.web.RequestHandler
        What answered it.
    """
    status = answer.get_status()
    level = logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.DEBUG
    facts = {
        "method": answer.request.method,
        "handler": type(answer).__name__,
        "status": status,
        "ms": round(1000 * answer.request.request_time(), 1),
    }
    logging.getLogger("artia_lab.board").log(level, "request", extra={"facts": facts})


class _Kept(RotatingFileHandler):
    """A log that a full disk, or a folder taken away, does not turn into a stream of complaints."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave a record out.

        Parameters
        ----------
        record : logging.LogRecord
            The record.
        """


def teller(settings: Settings) -> Any:
    """Make what the supervisor tells starts and ends to.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    callable
        Given ``part``, ``what`` and ``code``.
    """
    log = logging.getLogger("artia_lab.supervisor")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler("supervisor", settings))

    def _tell(part: str, what: str, code: int | None) -> None:
        log.info("part", extra={"facts": {"part": part, "what": what, "code": code}})

    return _tell


def files(settings: Settings) -> list[Path]:
    """List the logs there are.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    list of Path
        The files.
    """
    return sorted((settings.state / "logs").glob("*.jsonl*"))
