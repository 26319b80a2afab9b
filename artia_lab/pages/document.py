"""The page around what it says: its style, its language, and what a browser may do with it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

from artia_lab.i18n import Text, language
from artia_lab.pages.words import both

HERE = Path(__file__).parent


def document(title: Text, body: Markup, *, script: str = "", style: str = "") -> str:
    """Make a whole page.

    Parameters
    ----------
    title : Text
        Its title and first heading.
    body : Markup
        What follows the heading.
    script : str
        JavaScript of ours; a browser executes nothing else in this page, and loads nothing from anywhere.
    style : str
        CSS for this page alone, after that of every page.

    Returns
    -------
    str
        HTML.
    """
    css = (HERE / "page.css").read_text(encoding="utf-8") + style
    scripts = _digest(script) if script else "'none'"
    policy = (
        f"default-src 'none'; img-src data:; media-src data:; style-src {_digest(css)}; script-src {scripts}; "
        "base-uri 'none'; form-action 'none'"
    )
    page: Markup = _PAGE.format(
        language=language(),
        policy=policy,
        title=f"{title.fr} / {title.en}" if title.fr != title.en else title.fr,
        css=Markup(css),
        fr=_checked("fr"),
        en=_checked("en"),
        heading=both(title),
        body=body,
        script=Markup("<script>{}</script>").format(Markup(script)) if script else "",
    )
    return str(page)


def _checked(code: str) -> str:
    return "checked" if language() == code else ""


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_PAGE = Markup("""\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<header>
<fieldset class="languages">
<legend>Langue / Language</legend>
<label><input type="radio" name="language" id="fr" {fr}> <span lang="fr" class="always">Français</span></label>
<label><input type="radio" name="language" id="en" {en}> <span lang="en" class="always">English</span></label>
</fieldset>
</header>
<main>
<h1>{heading}</h1>
{body}
</main>
{script}
</body>
</html>
""")
