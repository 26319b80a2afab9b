import shutil
from pathlib import Path
from typing import Any

import pytest

from artia_lab import corpora, execute, experiments
from artia_lab.errors import CorpusError, Mistake
from artia_lab.panel import Result, open_keyboard, open_panel

POEM = "La mer monte.\nLa mer descend.\nLe vent se lève sur la mer grise.\n" * 4


@pytest.fixture(scope="module")
def poems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("poems")
    (folder / "mer.txt").write_text(POEM, encoding="utf-8")
    corpora.describe(
        folder, title="Marées", authors=["Ada"], licence="CC0-1.0", consent="Les siens.", language="fr"
    )
    return folder


@pytest.fixture(scope="module")
def written(poems: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    asked = {"prompt": "La mer m", "length": 50, "words": 1}
    runs = tmp_path_factory.mktemp("runs")
    folder = execute.run("text.corpus-keyboard", poems, asked, executor="inline", out=runs)
    return Result(folder, folder.record() or {}, experiments.load("text.corpus-keyboard"))


def test_keyboard_suggests_what_the_corpus_says_and_cites_it(written: Result) -> None:
    first = open_keyboard(written).offered[0]
    assert first["continuation"] == "onte"
    assert first["shown"] == "monte"
    assert first["source"].startswith("“mer.txt”, line 1: … La mer monte.")


def test_keyboard_answers_while_one_writes(written: Result) -> None:
    keyboard = open_keyboard(written)
    answers: list[Any] = []
    keyboard.send = answers.append  # type: ignore[method-assign, assignment]
    keyboard._heed_message(keyboard, {"kind": "suggest", "number": 7, "typed": "Le vent"}, [])
    assert answers[0]["number"] == 7
    assert answers[0]["offered"][0]["shown"] == "se"


@pytest.mark.parametrize("typed", ["", "zzz", "\N{GRINNING FACE}", "a" * 50_000])
def test_keyboard_answers_to_anything(written: Result, typed: str) -> None:
    answers: list[Any] = []
    keyboard = open_keyboard(written)
    keyboard.send = answers.append  # type: ignore[method-assign, assignment]
    keyboard._heed_message(keyboard, {"kind": "suggest", "number": 1, "typed": typed}, [])
    assert answers[0]["offered"]


def test_copy_of_the_notebook_holds_an_example(written: Result) -> None:
    bundle, _metadata = open_keyboard(written)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("After “La mer m”, the corpus suggests:\n- monte — “mer.txt”, line 1")


def test_keyboard_before_any_run_is_a_sentence(poems: Path) -> None:
    with pytest.raises(Mistake, match="needs a run that has finished"):
        open_keyboard(open_panel("text.corpus-keyboard", corpus=str(poems)))


def test_keyboard_of_a_run_without_texts_is_a_sentence(pictures: str) -> None:
    folder = execute.run("image.slow", pictures, executor="inline")
    made = Result(folder, folder.record() or {}, experiments.load("image.slow"))
    with pytest.raises(Mistake, match="read no text"):
        open_keyboard(made)


def test_keyboard_whose_corpus_vanished_is_a_sentence(written: Result, poems: Path) -> None:
    shutil.rmtree(poems)
    with pytest.raises((Mistake, CorpusError), match="There is no corpus"):
        open_keyboard(written)
