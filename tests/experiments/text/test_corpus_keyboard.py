"""The experiment, from its corpus to its outputs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from artia_lab.errors import Cancelled, MaterialError, ParameterError
from artia_lab.experiments.text import corpus_keyboard
from artia_lab.experiments.text.corpus_keyboard import EXPERIMENT, Parameters, run
from artia_lab.experiments.text.kneser_ney import load, nats_per_character
from artia_lab.i18n import use_language

SHORT = {"length": 150, "order": 5}


def test_a_run_keeps_a_text_suggestions_sources_and_the_model(nursery, corpus, outputs, report) -> None:
    told = report()
    run(Parameters(prompt="Le chat ", **SHORT), corpus({"a.txt": nursery}), outputs, told)
    assert sorted(outputs.kept) == ["model", "sources", "suggestions", "text"]
    assert outputs.works == ["text"]
    assert outputs.kept["text"].startswith("Le chat ") and len(outputs.kept["text"]) > 60
    assert told.previews[-1] == outputs.kept["text"]
    assert told.steps[-1] == (1000, 1000) and told.steps == sorted(told.steps)
    assert 0 < told.metrics["held_out_nats"] < 4


def test_sources_read_end_to_end_are_the_text_and_stand_in_the_corpus(nursery, corpus, outputs, report) -> None:
    files = {"a.txt": nursery, "b/é🎈.txt": "Une autre voix parle d’un chat qui part.\r\nPuis elle se tait."}
    run(Parameters(prompt="🎈 ", **SHORT), corpus(files), outputs, report())
    rows = outputs.kept["sources"]
    assert "".join(row["text"] for row in rows) == outputs.kept["text"]
    assert rows[0] == {"start": 0, "text": "🎈 ", "file": "", "position": "", "places": ""}
    for row in rows[1:]:
        held = files[row["file"]].replace("\r\n", "\n")
        assert held[row["position"] :].startswith(row["text"]) and row["places"] >= 1
        assert outputs.kept["text"][row["start"] :].startswith(row["text"])


def test_suggestions_name_their_files_and_places(nursery, corpus, outputs, report) -> None:
    run(
        Parameters(prompt="Le chat ", suggestions=3, words=1, **SHORT),
        corpus({"a.txt": nursery}),
        outputs,
        report(),
    )
    rows = outputs.kept["suggestions"]
    assert {row["rank"] for row in rows} == {1, 2, 3}
    for row in rows:
        assert nursery[row["position"] :].startswith(row["continuation"]) and row["file"] == "a.txt"


def test_the_same_parameters_give_the_same_outputs_and_zero_is_a_seed(nursery, corpus, outputs, report) -> None:
    texts = []
    for seed in (0, 0, 1):
        again = type(outputs)()
        run(Parameters(seed=seed, **SHORT), corpus({"a.txt": nursery}), again, report())
        texts.append((again.kept["text"], again.kept["sources"], again.kept["suggestions"]))
    assert texts[0] == texts[1] != texts[2]


def test_the_model_kept_predicts_like_the_one_trained(nursery, corpus, outputs, report) -> None:
    run(Parameters(**SHORT), corpus({"a.txt": nursery}), outputs, report())
    model = load(*outputs.kept["model"])
    assert model.order == SHORT["order"] and nats_per_character(model, nursery) < 1


@pytest.mark.parametrize("files", [{}, {"a.txt": ""}, {"a.txt": "\ufeff \n\n "}, {"a.txt": "0123456789"}])
def test_too_little_text_is_refused_with_a_remedy(files, corpus, outputs, report) -> None:
    with pytest.raises(MaterialError, match=r"too little text .* at least 100\. Add a text"):
        run(Parameters(), corpus(files), outputs, report())
    assert outputs.kept == {}


def test_too_much_text_is_refused_before_any_work(nursery, corpus, outputs, report, monkeypatch) -> None:
    monkeypatch.setattr(corpus_keyboard, "MOST_CHARACTERS", len(nursery))
    files = {"a.txt": nursery, "b.txt": nursery}
    with pytest.raises(MaterialError, match="too long together"):
        run(Parameters(), corpus(files), outputs, report())
    monkeypatch.setattr(corpus_keyboard, "MOST_CHARACTERS", 2 * len(nursery))
    run(Parameters(order=6), corpus(files), outputs, report())
    assert outputs.kept["text"]


def test_a_text_that_cannot_be_read_is_said_and_left_out(nursery, corpus, outputs, report) -> None:
    told = report()
    broken = MaterialError("“z.txt” is not a text. Save it as UTF-8.")
    run(Parameters(**SHORT), corpus({"a.txt": nursery, "z.txt": broken, "vide.txt": ""}), outputs, told)
    assert told.warnings == ["“z.txt” is not a text. Save it as UTF-8."]
    assert {row["file"] for row in outputs.kept["sources"]} == {"a.txt"}


@pytest.mark.parametrize("text", ["a" * 200, "🎈" * 200, "\n".join("ab" * 60), "Un chat. " * 30])
def test_poor_texts_still_write(text, corpus, outputs, report) -> None:
    run(Parameters(length=50), corpus({"a.txt": text}), outputs, report())
    assert outputs.kept["text"]


def test_many_short_texts_stay_apart(corpus, outputs, report) -> None:
    files = {f"{i:02}.txt": f"Poème {i}, sans fin" for i in range(30)}
    run(Parameters(length=50, liberty=0.0), corpus(files), outputs, report())
    assert outputs.kept["text"].startswith("Poème")


@pytest.mark.parametrize("stop_after", [1, 5, 20, 40])
def test_a_run_can_be_stopped(nursery, corpus, outputs, report, stop_after) -> None:
    with pytest.raises(Cancelled):
        run(Parameters(), corpus({"a.txt": nursery}), outputs, report(stop_after=stop_after))
    assert "text" not in outputs.kept


def test_what_cannot_be_is_refused() -> None:
    for wrong in ({"order": 1}, {"order": 11}, {"temperature": 0.0}, {"liberty": 1.5}, {"suggestions": 0}):
        with pytest.raises(ParameterError):
            Parameters(**wrong)


def test_the_declaration_speaks_both_languages() -> None:
    with use_language("fr"):
        assert str(EXPERIMENT.title) == "Clavier de corpus"
    assert str(EXPERIMENT.title) == "Corpus keyboard"


def test_declaring_it_loads_neither_numpy_nor_torch() -> None:
    code = (
        "import sys, artia_lab.experiments.text.corpus_keyboard\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'torch', 'librosa')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
