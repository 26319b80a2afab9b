"""Why a file cannot be used, in one sentence with its name and what to do.

The child process that decodes names the reason with a code; the sentence is made here, so that nothing an
untrusted file made the child say is ever shown.
"""

from __future__ import annotations

from typing import Any

from artia_lab.corpora.names import shown
from artia_lab.i18n import _


def refusal(code: str, file: str, facts: dict[str, Any] | None = None) -> str:
    """Say why a file cannot be used.

    Parameters
    ----------
    code : str
        The reason; an unknown one reads as ``"damaged"``.
    file : str
        The item's name.
    facts : dict, optional
        The numbers the sentence quotes, such as ``{"width": 40000, "height": 40000, "limit": 134}``.

    Returns
    -------
    str
        One sentence that names the file, and what to do next.
    """
    sentences = {
        "empty": _("“{file}” is empty. Export it again, or take it out of the folder."),
        "svg": _("“{file}” is an SVG drawing, which is code and not a picture. Export it as PNG."),
        "program": _("“{file}” is a program, whatever its name says. Take it out of the folder."),
        "pdf": _("“{file}” is a PDF or PostScript document. Save its text as .txt, or its pages as PNG."),
        "archive": _("“{file}” is an archive or an office document. Unpack it, or save its text as .txt."),
        "document": _("“{file}” is a formatted document. Save it as plain text (.txt)."),
        "picture": _("“{file}” is a picture in a format that is not read here. Export it as PNG or JPEG."),
        "sound": _("“{file}” is a sound in a format that is not read here. Export it as WAV or FLAC."),
        "video": _("“{file}” is a video. Export its sound as WAV, or stills from it as PNG."),
        "unknown": _(
            "“{file}” is not a picture (PNG, JPEG, WebP, TIFF, GIF, BMP), a sound (WAV, FLAC, OGG, Opus, MP3, "
            "AIFF) or a text. Export it as one of these, or take it out of the folder."
        ),
        "not-image": _("“{file}” is not a picture. Choose a PNG, JPEG, WebP, TIFF, GIF or BMP file."),
        "not-audio": _("“{file}” is not a sound. Choose a WAV, FLAC, OGG, Opus, MP3 or AIFF file."),
        "not-text": _("“{file}” is not a text. Choose a plain text file (.txt)."),
        "changed": _(
            "“{file}” has changed since the corpus was described. If you meant it to, run: "
            "artia corpus add FOLDER FILE; else put the first version back."
        ),
        "cut": _("“{file}” is cut short. Export it again from its program, then try once more."),
        "damaged": _("“{file}” is damaged and cannot be opened. Export it again from its program."),
        "pixels": _(
            "“{file}” is {width} × {height} pixels, more than the {limit} million that are read here. "
            "Export it smaller."
        ),
        "long": _(
            "“{file}” says it lasts {minutes} minutes, more than the {limit} that are read here. "
            "Cut it into shorter files, or export it again if it is not that long."
        ),
        "wide": _(
            "“{file}” has {channels} channels at {rate} Hz, more sound than is read here. "
            "Export it in stereo at 48000 Hz."
        ),
        "large": _(
            "“{file}” weighs {size} MB; texts of up to {limit} MB are read here. Cut it into several files."
        ),
        "memory": _("“{file}” needs more memory than one file may take here. Export it smaller."),
        "time": _("“{file}” takes more than {seconds} seconds to open. Export it again, in a simpler format."),
        "crash": _("“{file}” stopped the program that opens files: it is damaged. Export it again."),
    }
    template = sentences.get(code, sentences["damaged"])
    said = facts.items() if isinstance(facts, dict) else ()
    numbers = {name: value for name, value in said if isinstance(value, int | float)}
    try:
        return template.format(file=shown(file), **numbers)
    except (KeyError, ValueError, TypeError):
        return sentences["damaged"].format(file=shown(file))
