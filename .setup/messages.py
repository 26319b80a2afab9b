"""The French catalogue: compiled when the package is built, brought up to date from the sources by hand.

``python .setup/messages.py`` extracts the messages of the sources into ``artia_lab/locale/artia_lab.po``'s French
catalogue, drops those that are gone, compiles it, and says which still wait for a translation.
"""

from __future__ import annotations

import sys
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # outside of a build only the functions below are used
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "artia_lab/locale/fr/LC_MESSAGES/artia_lab.po"
KEYWORDS = {"_": None, "ngettext": (1, 2)}
# What argparse says by itself, which `artia_lab.cli.entry` has translated too.
ARGPARSE = (
    "usage: ",
    "positional arguments",
    "options",
    "show this help message and exit",
    "show program's version number and exit",
    "the following arguments are required: %s",
    "unrecognized arguments: %s",
    "argument %(argument_name)s: %(message)s",
    "expected one argument",
    "expected at least one argument",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "invalid %(type)s value: %(value)r",
    "ambiguous option: %(option)s could match %(matches)s",
    "ignored explicit argument %r",
)


def extracted():
    """Collect the messages of the package's sources, as a template catalogue."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    template = Catalog(project="artia-lab", charset="utf-8")
    for file, _line, message, comments, context in extract_from_dir(
        str(ROOT / "artia_lab"),
        method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
        options_map={"**/templates/**.html": {"silent": "false", "newstyle_gettext": "true"}},
        keywords=KEYWORDS | {"gettext": None},
        strip_comment_tags=True,
    ):
        # Line numbers would change the catalogue at every edit of a source.
        template.add(message, locations=[(f"artia_lab/{file}", None)], auto_comments=comments, context=context)
    for message in ARGPARSE:
        template.add(message, locations=[("argparse", None)])
    return template


def read():
    """Read the French catalogue."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="fr")


def compile_catalogue():
    """Write the compiled catalogue beside its source."""
    from babel.messages.mofile import write_mo

    with CATALOGUE.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, read())


def missing() -> list[str]:
    """List the messages without a French translation, and the translations without a message."""
    french, template = read(), extracted()
    wanted = {message.id for message in template if message.id}
    known = {message.id for message in french if message.id and message.string and not message.fuzzy}
    for message in french:
        if message.id and isinstance(message.string, tuple) and not all(message.string):
            known.discard(message.id)
    return [f"untranslated: {each}" for each in sorted(map(str, wanted - known))] + [
        f"no longer used: {each}" for each in sorted(map(str, known - wanted))
    ]


def update() -> None:
    """Bring the French catalogue up to date with the sources, and compile it."""
    from babel.messages.pofile import write_po

    french = read()
    french.update(extracted(), no_fuzzy_matching=True)
    french.obsolete.clear()
    with CATALOGUE.open("wb") as stream:
        write_po(stream, french, width=110, sort_output=True, include_lineno=False, omit_header=False)
    compile_catalogue()


class CatalogueHook(BuildHookInterface):
    """Compiles the catalogue whenever a wheel is built, also an editable one."""

    PLUGIN_NAME = "custom"

    def initialize(self, version, build_data):
        """Compile before the files are collected."""
        compile_catalogue()


if __name__ == "__main__":
    if sys.argv[1:] != ["--check"]:
        update()
    waiting = missing()
    print("\n".join(waiting) or "The French catalogue is complete.")
    sys.exit(bool(waiting))
