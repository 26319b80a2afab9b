"""The library of notebooks: one source each, French and English side by side, the same code in both."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import jupytext
import nbformat
import pytest
from papermill.inspection import inspect_notebook

from artia_lab import experiments
from artia_lab.home import data_folder
from artia_lab.i18n import LANGUAGES
from artia_lab.parameters import fields

NOTEBOOKS = data_folder("notebooks")
SOURCES = sorted((NOTEBOOKS / "sources").glob("*.py"))
BUILT = sorted(path for language in LANGUAGES for path in (NOTEBOOKS / language).glob("*.ipynb"))
MOST_LINES = 3
MOST_BYTES = 1_000_000
MOST_WORDS = 1300

_specification = importlib.util.spec_from_file_location("build_notebooks", NOTEBOOKS / "build.py")
assert _specification and _specification.loader
builder = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(builder)


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=path.stem) for path in paths]


def about(source: Path) -> dict:
    return tomllib.loads(jupytext.read(source, fmt="py:percent").cells[0].source)


def cells_of(source: Path) -> list[nbformat.NotebookNode]:
    return jupytext.read(source, fmt="py:percent").cells[1:]


def pair(source: Path) -> dict[str, nbformat.NotebookNode]:
    return {
        language: nbformat.read(NOTEBOOKS / language / about(source)["file"][language], 4)
        for language in LANGUAGES
    }


def prose(notebook: nbformat.NotebookNode) -> str:
    """The Markdown of a notebook, without its code spans and the targets of its links."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"\]\([^)]*\)", "", re.sub(r"`[^`]*`", "x", text))


def code(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_every_built_notebook_has_a_source_and_every_source_both_notebooks() -> None:
    expected = {
        NOTEBOOKS / language / about(source)["file"][language] for source in SOURCES for language in LANGUAGES
    }

    assert set(BUILT) == expected


def test_every_experiment_of_ours_has_its_notebook() -> None:
    presented = {experiments.load(about(source)["experiment"]).notebook: source.stem for source in SOURCES}

    assert all(name.startswith(f"{number}-") for number, name in presented.items())


@pytest.mark.parametrize("source", named(SOURCES))
def test_each_passage_in_french_is_followed_by_its_english_twin(source: Path) -> None:
    cells = cells_of(source)
    languages = [cell.metadata.get("lang", "") for cell in cells if cell.cell_type == "markdown"]

    assert languages == ["fr", "en"] * (len(languages) // 2)
    for cell, following in pairwise(cells):
        if cell.metadata.get("lang") == "fr":
            assert following.metadata.get("lang") == "en"


@pytest.mark.parametrize("source", named(SOURCES))
def test_twins_have_the_same_headings_links_and_lists(source: Path) -> None:
    cells = [cell for cell in cells_of(source) if cell.cell_type == "markdown"]

    for french, english in zip(cells[::2], cells[1::2], strict=True):
        for shape in (r"^#+ ", r"^- ", r"^\d+\. ", r"\n\n", r"`[^`]*`", r"\]\([^h)][^)]*\)"):
            found = [re.findall(shape, each.source, re.MULTILINE) for each in (french, english)]
            assert len(found[0]) == len(found[1]), (shape, french.source[:60])
        cited = [re.findall(r"https?://[^)\s]+", each.source) for each in (french, english)]
        assert cited[0] == cited[1]


@pytest.mark.parametrize("source", named(SOURCES))
def test_both_notebooks_have_the_same_code_in_the_same_order(source: Path) -> None:
    both = pair(source)

    assert code(both["fr"]) == code(both["en"])


@pytest.mark.parametrize("source", named(SOURCES))
def test_the_notebooks_are_what_their_source_says(source: Path) -> None:
    for language in LANGUAGES:
        place, notebook = builder.build(source, language)
        assert builder.without_outputs(nbformat.read(place, 4)) == notebook, "run: python notebooks/build.py"


@pytest.mark.parametrize("path", named(BUILT))
def test_a_notebook_is_valid_small_and_without_leftovers(path: Path) -> None:
    notebook = nbformat.read(path, 4)

    nbformat.validate(notebook)
    assert path.stat().st_size < MOST_BYTES
    assert set(notebook.metadata) == {"artia", "kernelspec", "language_info", "title"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
        if cell.cell_type == "code":
            checked = builder.CHECKED in cell.metadata.get("tags", [])
            assert bool(cell.outputs) == bool(cell.execution_count) == checked


@pytest.mark.parametrize("path", named(BUILT))
def test_a_notebook_checks_something_that_is_the_same_on_every_machine(path: Path) -> None:
    checked = [cell for cell in nbformat.read(path, 4).cells if cell.get("outputs")]

    assert checked
    for cell in checked:
        assert "".join(output.text for output in cell.outputs).split() == ["True"] * cell.source.count(
            "(result.folder)"
        )


@pytest.mark.parametrize("path", named(BUILT))
def test_cells_of_code_are_short_and_tell_everything_that_can_be_set(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    experiment = experiments.load(notebook.metadata.artia.experiment)

    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            assert len(cell.source.splitlines()) <= MOST_LINES, cell.source
    opening = next(each for each in code(notebook) if "open_panel(" in each)
    for name in ("corpus", *fields(experiment.parameters)):
        assert f"{name}={name}" in opening


@pytest.mark.parametrize("path", named(BUILT))
def test_papermill_finds_the_corpus_and_the_declared_parameters(path: Path) -> None:
    declared = fields(experiments.load(nbformat.read(path, 4).metadata.artia.experiment).parameters)

    found = inspect_notebook(str(path))

    assert list(found) == ["corpus", *declared]
    assert found["corpus"]["inferred_type_name"] == "str"
    assert all(found[name]["inferred_type_name"] == type(each.default).__name__ for name, each in declared.items())
    assert all(found[name]["default"] == repr(each.default) for name, each in declared.items())
    assert all(found[name]["help"] for name in found)


@pytest.mark.parametrize("path", named(BUILT))
def test_nothing_of_the_machine_that_built_it_stays(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"/(home|work|root|tmp|Users)/|[A-Z]:\\\\", text)
    assert "widget" not in text


@pytest.mark.parametrize("path", named(BUILT))
def test_links_lead_to_another_notebook_or_to_a_doi(path: Path) -> None:
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")

    for target in re.findall(r"\]\(([^)]*)\)", text):
        assert target.startswith("https://doi.org/10.") or (path.parent / target).is_file(), target


@pytest.mark.parametrize("path", named(BUILT))
def test_headings_go_down_one_step_at_a_time_from_a_single_title(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")

    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert re.match(r"# (.*)", text)[1] == notebook.metadata.title  # type: ignore[index]


@pytest.mark.parametrize("path", named(BUILT))
def test_the_prose_is_a_page_or_two_not_a_treatise(path: Path) -> None:
    # A mark that French sets apart is no word.
    words = [word for word in prose(nbformat.read(path, 4)).split() if re.search(r"\w", word)]
    assert 600 < len(words) < MOST_WORDS


@pytest.mark.parametrize("path", named([path for path in BUILT if path.parent.name == "fr"]))
def test_french_is_set_as_french_is(path: Path) -> None:
    text = prose(nbformat.read(path, 4))

    assert not re.findall(r".{20}[^\s\u00a0][:;?!»](?!//)", text), "a no-break space is missing before a mark"
    assert not re.findall(r".{0,20} [:;?!»]", text), "an ordinary space stands before a mark"
    assert not re.findall(r"«[^\u00a0].{0,20}", text), "a no-break space is missing after «"
    assert not re.findall(r".{0,20}['\"“”].{0,20}", text), "straight apostrophe or foreign quotation mark"
    assert not re.findall(r"\d (?:ms|s|px|%)\b", text), "a unit may fall to the next line"


@pytest.mark.parametrize("path", named([path for path in BUILT if path.parent.name == "en"]))
def test_english_is_set_as_english_is(path: Path) -> None:
    text = prose(nbformat.read(path, 4))

    assert not re.findall(r".{0,20}['\"«»].{0,20}", text)
    assert not re.findall(r".{0,20}[ \u00a0][:;?!]", text)
