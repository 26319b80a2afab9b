"""Workshops where no hub runs: participants, what they made, and a publication of one of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from artia_lab import execute
from artia_lab.corpora.shelf import identify
from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import changes, opening
from artia_lab.i18n import Text
from artia_lab.provenance import Material, Terms, Words, publish


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of a small mosaic of the starter drawings."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(folder / "home"))
        patch.setenv("ARTIA_LANG", "fr")
        run = execute.run("image.self-mosaic", "starter/drawings", {"width": 64, "seed": 0}, executor="inline")
        cells = [
            nbformat.v4.new_code_cell("seed = 1", id="a", metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(
                "# Parameters\nseed = 0", id="b", metadata={"tags": ["injected-parameters"]}
            ),
        ]
        papermill = {
            "input_path": str(folder / "n.ipynb"),
            "output_path": str(folder / "e.ipynb"),
            "exception": None,
        }
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"papermill": papermill}), folder / "e.ipynb"
        )
        corpus = run.request().corpus_id
        material = Material(
            executed=folder / "e.ipynb",
            name="n.ipynb",
            runs=(run,),
            main=run,
            corpora={corpus: identify(corpus)},
            words=Words(title=Text(fr="Mosaïque", en="Mosaic"), description=Text(fr="d", en="d"), parameters=()),
            hidden={str(folder): "."},
        )
        terms = Terms(title="Essai <0>", authors=("Anne Tremblay",), licence="CC-BY-4.0")
        return publish(material, terms, folder / "out")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A hub that does not run, and whose ports nobody listens on."""
    ports = {"port": 47_100, "hub_port": 47_101, "proxy_port": 47_102}
    return Settings(state_folder=str(tmp_path / "state"), mode="shared-account", language="fr", **ports)


@pytest.fixture
def workshop(settings: Settings, published: Path) -> Settings:
    """A workshop of three: Zoé shows a work, Bo has one that he shows nobody, Anne never opened her seat."""
    opening.open_workshop(settings, name="nuit", title="Nuit blanche", seats=3, hours=1, language="fr")
    for name, user in (("Zoé", "artia-zzzzzz"), ("Bo", "artia-bbbbbb"), ("Anne", "artia-aaaaaa")):
        changes.join(settings.state, "nuit", name, user)
        if name != "Anne":
            works = home_of(settings, user) / "artia" / "publications"
            works.mkdir(parents=True)
            shutil.copy(published, works / "essai.zip")
            (works.parent / "notes.txt").write_text(f"de {name}\n", encoding="utf-8")
    consent(home_of(settings, "artia-zzzzzz"))
    return settings


def home_of(settings: Settings, user: str) -> Path:
    """Name the folder of a participant."""
    return settings.state / "people" / user


def consent(home: Path, name: str = "essai", **given: object) -> None:
    """Choose to show a publication, as the page of one's works does."""
    said = {"format": 1, "publication": f"{name}.zip", "consent": True, "shown_name": "Zoé"} | given
    (home / "artia" / "publications" / f"{name}.exhibit.json").write_text(json.dumps(said), encoding="utf-8")
