"""One real publication, made once, and what it takes to make others."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from artia_lab import execute
from artia_lab.corpora.shelf import identify
from artia_lab.i18n import Text
from artia_lab.provenance import Material, Terms, Words, publish
from artia_lab.runs import RunFolder

TERMS = Terms(title="Essai d’été 1", authors=("Anne Tremblay", "Bo"), licence="CC-BY-4.0")


@dataclass(frozen=True)
class Made:
    """A publication, unpacked, with what it was made from."""

    home: Path
    archive: Path
    folder: Path
    run: RunFolder
    material: Material


def material(run: RunFolder, folder: Path) -> Material:
    """Give a run the notebook that would have made it."""
    asked = run.request()
    parameters = {name: value for name, value in asked.parameters.items() if name != "seed"}
    cells = [
        nbformat.v4.new_markdown_cell("# Un carnet\n\n[La suite](suite.ipynb) <script>alert(1)</script>", id="a"),
        nbformat.v4.new_code_cell("seed = 1", id="b", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"# Parameters\nseed = 0\nkept = {parameters!r}", id="c"),
        nbformat.v4.new_code_cell("print(seed)", id="d", execution_count=3,
                                  outputs=[nbformat.v4.new_output("stream", text=f"0 {folder} {Path.home()}\n")]),
    ]  # fmt: skip
    cells[2].metadata.tags = ["injected-parameters"]
    papermill = {"input_path": str(folder / "n.ipynb"), "output_path": str(folder / "e.ipynb"), "exception": None}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"papermill": papermill})
    nbformat.write(notebook, folder / "e.ipynb")
    label = Text(fr="Largeur", en="Width")
    return Material(
        executed=folder / "e.ipynb",
        name="n.ipynb",
        runs=(run,),
        main=run,
        corpora={asked.corpus_id: identify(asked.corpus_id)},
        words=Words(
            title=Text(fr="Mosaïque de soi", en="Self-mosaic"),
            description=Text(fr="Fait repousser.", en="Grows again."),
            parameters=((label, Text(fr="64 px", en="64 px")),),
        ),
        hidden={str(folder): "."},
    )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home in which the publication was made."""
    return tmp_path_factory.mktemp("publishing") / "home"


@pytest.fixture(scope="session")
def made(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A publication of a small mosaic of the starter drawings, with its corpus."""
    folder = tmp_path_factory.mktemp("publication")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(home))
        patch.setenv("ARTIA_LANG", "fr")
        run = execute.run("image.self-mosaic", "starter/drawings", {"width": 64}, executor="inline")
        assert run.status() == "finished"
        published = material(run, folder)
        terms = Terms(title=TERMS.title, authors=TERMS.authors, licence=TERMS.licence, with_corpus=True)
        archive = publish(published, terms, folder / "out")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder / "unpacked")
    yield Made(home, archive, folder / "unpacked", run, published)


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the home of the publication."""
    monkeypatch.setenv("ARTIA_HOME", str(home))
    return home
