"""The link that people follow to join, and its picture for telephones."""

from __future__ import annotations

import socket
from io import BytesIO, StringIO
from pathlib import Path

from artia_lab.hub.disk import write_private
from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops.records import Workshop
from artia_lab.hub.workshops.store import workshops_folder

EVERYWHERE = {"0.0.0.0": (socket.AF_INET, "192.0.2.1"), "::": (socket.AF_INET6, "2001:db8::1")}


def public_url(settings: Settings) -> str:
    """Give the hub's address as other machines reach it.

    Parameters
    ----------
    settings : Settings
        How the hub is set up.

    Returns
    -------
    str
        ``public_url`` of the settings; without it, the address where the hub listens, and when it listens
        everywhere, that of this machine on its network. Ends with ``/``.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/") + "/"
    if settings.address not in EVERYWHERE:
        return settings.url
    family, elsewhere = EVERYWHERE[settings.address]
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only chooses the way.
            probe.connect((elsewhere, 9))
            here = str(probe.getsockname()[0])
        except OSError:
            return settings.url
    scheme = "https" if settings.certificate else "http"
    return f"{scheme}://{f'[{here}]' if ':' in here else here}:{settings.port}/"


def join_url(settings: Settings, workshop: Workshop) -> str:
    """Give the link to join with.

    Parameters
    ----------
    settings : Settings
        How the hub is set up.
    workshop : Workshop
        An open workshop.

    Returns
    -------
    str
        The code stands after ``#``, which browsers keep to themselves: it is in no log.
    """
    return f"{public_url(settings)}hub/join#{workshop.code}"


def terminal_picture(url: str) -> str:
    """Draw a link as a QR code in characters.

    Parameters
    ----------
    url : str
        The link.

    Returns
    -------
    str
        Several lines.
    """
    import segno

    drawn = StringIO()
    segno.make(url, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()


def save_pictures(state: Path, workshop: Workshop, url: str) -> tuple[Path, Path]:
    """Draw a link as a QR code, to print or to project.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    workshop : Workshop
        The workshop.
    url : str
        Its link.

    Returns
    -------
    tuple of Path
        An SVG and a PNG, for their owner alone: they hold the code.
    """
    import segno

    code = segno.make(url, error="m", micro=False)
    folder = workshops_folder(state) / workshop.name
    places = folder / "join.svg", folder / "join.png"
    for place in places:
        drawn = BytesIO()
        code.save(drawn, kind=place.suffix[1:], scale=10, border=4)
        write_private(place, drawn.getvalue())
    return places
