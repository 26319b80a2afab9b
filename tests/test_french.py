"""French as it is set: no-break spaces where typography wants them, and real apostrophes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from artia_lab import corpora, experiments
from artia_lab.i18n import LOCALES, use_language
from artia_lab.parameters import fields

# An ordinary space, where only a no-break one will do.
BREAKABLE = re.compile(r"(?<= ) ?[:;?!»]| (?=[:;?!»])|« ")
STRAIGHT = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ])")


def faults(text: str) -> list[str]:
    """Find what a typographer would mend."""
    return [
        text[max(0, m.start() - 15) : m.end() + 15] for m in [*BREAKABLE.finditer(text), *STRAIGHT.finditer(text)]
    ]


def test_the_test_finds_what_it_looks_for() -> None:
    assert faults("Quoi ?") and faults("« oui") and faults("l'eau")
    assert not faults("Quoi\u00a0? «\u00a0Oui\u00a0», l’eau\u00a0: 12:30")


def test_the_catalogue_is_well_set() -> None:
    with (LOCALES / "fr/LC_MESSAGES/artia_lab.po").open("rb") as stream:
        for message in read_po(stream, locale="fr"):
            for text in message.string if isinstance(message.string, tuple) else (message.string,):
                assert not faults(text if message.id else ""), text


@pytest.mark.parametrize("name", experiments.names())
def test_what_experiments_declare_is_well_set(name: str) -> None:
    experiment = experiments.load(name)
    texts = [experiment.title, experiment.description]
    for field in fields(experiment.parameters).values():
        texts += [field.label, field.help, *field.choices.values()]
    assert [fault for text in texts for fault in faults(text.fr)] == []


def test_what_the_labs_corpora_say_of_themselves_is_well_set() -> None:
    with use_language("fr"):
        said = [f"{each.title}\n{each.consent}\n{each.description}" for each in corpora.every()]
    assert [fault for text in said for fault in faults(text)] == []


def test_the_readme_is_well_set() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    french = readme.partition("## In English")[0]
    prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|^\|.*$|^!\[", "", french, flags=re.DOTALL | re.MULTILINE)
    assert faults(prose) == []
