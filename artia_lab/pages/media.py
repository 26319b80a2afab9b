"""Pictures and sounds that stand inside a page, each with a caption that is also its name for a screen reader."""

from __future__ import annotations

import base64

from markupsafe import Markup

PICTURES = ("image/png", "image/gif", "image/jpeg", "image/webp")
SOUNDS = ("audio/wav", "audio/flac", "audio/mpeg")
SMALL_SIDE = 160
NOTHING = Markup()


def picture(
    content: bytes,
    kind: str,
    caption: Markup | None,
    name: str,
    width: int = 0,
    size: tuple[int, int] | None = None,
) -> Markup:
    """Show a picture.

    Parameters
    ----------
    content : bytes
        The file.
    kind : str
        Its type, one of `PICTURES`.
    caption : Markup or None
        What stands under it, in both languages; None when something else in the page names it.
    name : str
        Id of the caption, unlike any other in the page; without a caption, id of what names the picture.
    width : int
        Its width in CSS pixels; 0 for its own.
    size : tuple of int, optional
        Its own width and height, so that a page of many keeps their room before they are decoded.

    Returns
    -------
    Markup
        A ``figure``.
    """
    if kind not in PICTURES:
        raise ValueError(f"{kind!r} is no picture")
    # Of a caption, a screen reader names what is visible: the language that was chosen.
    shown = Markup('<img aria-labelledby="{}" loading="lazy" decoding="async" src="{}"{}{}>').format(
        name, _uri(content, kind), _measure(width, size), _class(size)
    )
    return _figure(shown, caption, name)


def player(content: bytes, kind: str, caption: Markup | None, name: str, above: Markup = NOTHING) -> Markup:
    """Show a player for a sound.

    Parameters
    ----------
    content : bytes
        The file.
    kind : str
        Its type, one of `SOUNDS`.
    caption : Markup or None
        What stands under it, in both languages; None when something else in the page names it.
    name : str
        Id of the caption, unlike any other in the page; without a caption, id of what names the sound.
    above : Markup
        What stands above the player, such as the drawing of its waveform.

    Returns
    -------
    Markup
        A ``figure``.
    """
    if kind not in SOUNDS:
        raise ValueError(f"{kind!r} is no sound")
    shown = Markup('{}<audio controls preload="metadata" aria-labelledby="{}" src="{}"></audio>').format(
        above, name, _uri(content, kind)
    )
    return _figure(shown, caption, name)


def _measure(width: int, size: tuple[int, int] | None) -> Markup:
    if width:
        return Markup(' width="{}"').format(width)
    return Markup(' width="{}" height="{}"').format(*size) if size else NOTHING


def _class(size: tuple[int, int] | None) -> Markup:
    """Tell small pictures, whose pixels are to be seen when they are enlarged."""
    return Markup(' class="small"') if size and max(size) <= SMALL_SIDE else NOTHING


def _figure(shown: Markup, caption: Markup | None, name: str) -> Markup:
    if caption is None:
        return Markup("<figure>{}</figure>").format(shown)
    return Markup('<figure>{}<figcaption id="{}">{}</figcaption></figure>').format(shown, name, caption)


def _uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
