import signal
import threading
import time
from typing import Any

import pytest

from artia_lab import execute
from artia_lab.errors import Cancelled, Failure, Mistake, NotFound, ParameterError
from artia_lab.i18n import use_language
from artia_lab.panel import Panel, open_panel
from artia_lab.runs import RunFolder, every_run

PATIENCE_S = 60

pytestmark = pytest.mark.usefixtures("shown")


def wait_until(true: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def heard(panel: Panel, **message: Any) -> list[tuple[dict[str, Any], list[bytes]]]:
    """Send a message as the browser would, and give the answers."""
    answers: list[tuple[dict[str, Any], list[bytes]]] = []
    panel.send = lambda content, buffers=None: answers.append((content, buffers or []))  # type: ignore[method-assign]
    panel._heed_message(panel, message, [])
    return answers


def test_a_panel_whose_result_is_there_says_so_at_once(pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artia_lab.panel.follow.PAUSE_S", PATIENCE_S)
    panel = open_panel("image.slow", corpus=pictures, width=8)
    result = panel.result()
    assert panel.outcome["run"] == result.folder.id and panel.outcome["credit"]


def test_panel_shows_what_was_asked(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, width=8, seed=0, sound=True)
    assert panel.values["width"] == 8 and panel.values["sound"] is True and panel.values["seed"] == 0
    assert panel.terms["sentence"] == "“Two skies”, by Ada. Licence: CC-BY-4.0."
    assert panel.files == {"image": ["dawn.png", "dusk.png"]}
    assert panel.corpora[0]["label"] == "Two skies (2 items)"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_panel_of_an_experiment_of_any_medium_opens_on_pictures(language: str) -> None:
    with use_language(language):
        assert open_panel("critical.copy-check").corpus == "starter/drawings"


@pytest.mark.parametrize(
    ("experiment", "asked", "kind"),
    [
        ("image.slwo", {}, NotFound),
        ("image.slow", {"wdith": 8}, ParameterError),
        ("image.slow", {"width": 5}, ParameterError),
        ("image.slow", {"corpus": "no-such-corpus"}, NotFound),
        ("image.slow", {"corpus": "starter/texts-en"}, Mistake),
    ],
)
def test_a_mistake_in_a_cell_fails_it_with_a_sentence_alone(
    experiment: str, asked: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        open_panel(experiment, **asked)
    assert caught.value._render_traceback_() == [str(caught.value)]  # type: ignore[attr-defined]


def test_values_that_come_from_the_browser_are_checked_at_once(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures)
    panel.values = {**panel.values, "width": 5}
    assert list(panel.mistakes) == ["width"]
    panel.values = {**panel.values, "width": 8}
    assert panel.mistakes == {}
    assert panel.parameters.width == 8  # type: ignore[attr-defined]


def test_run_is_refused_while_a_value_is_wrong(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures)
    answers = heard(panel, kind="run", corpus=panel.corpus, values={**panel.values, "steps": None})
    assert answers == [({"kind": "refused"}, [])]
    assert panel.folder is None


def test_a_folder_without_a_datasheet_is_a_sentence_beside_the_corpus(pictures: str, tmp_path: Any) -> None:
    panel = open_panel("image.slow", corpus=pictures)
    panel.corpus = str(tmp_path)
    assert "is not described yet" in panel.mistakes["corpus"]
    assert panel.terms == {}
    panel.corpus = pictures
    assert panel.mistakes == {}


def test_another_corpus_forgets_the_chosen_file_of_the_first(pictures: str, other_pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, source="dusk.png")
    panel.corpus = other_pictures
    assert panel.values["source"] == ""


def test_run_from_the_browser_is_followed_to_its_results(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, words="Hello", steps=6)
    assert heard(panel, kind="run", corpus=panel.corpus, values=panel.values) == []
    wait_until(lambda: panel.progress.get("step", 0) >= 1)
    assert panel.progress["state"] == "running"
    wait_until(lambda: panel.progress["state"] == "finished")
    told = panel.outcome
    assert [each["file"] for each in told["works"]] == ["picture.png", "text.txt"]
    assert [each["file"] for each in told["traces"]] == ["levels.csv"]
    assert told["works"][0]["likeness"] and told["energy"]
    assert told["credit"] == "“Two skies”, by Ada. Licence: CC-BY-4.0."


def test_state_of_the_widget_stays_small(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, width=64, sound=True)
    panel.result()
    wait_until(lambda: panel.outcome)
    traits = {name: value for name, value in panel.get_state().items() if not name.startswith("_")}
    assert len(repr(traits)) < 20_000


def test_run_twice_is_one_run_while_it_goes_on(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=20)
    first = panel.start()
    assert panel.start() is first
    panel.stop()
    assert len(every_run()) == 1


def test_stop_keeps_what_was_made(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=600)
    panel.start()
    wait_until(lambda: panel.progress.get("step", 0) >= 2)
    # One that was meant for a run before comes late, and is not for this one.
    heard(panel, kind="stop", run="20260101-000000-image.slow-ffffff")
    assert panel.folder is not None and panel.folder.status() == "running"
    heard(panel, kind="stop", run=panel.progress["run"])
    wait_until(lambda: panel.outcome)
    assert panel.outcome["state"] == "cancelled"
    assert [each["file"] for each in panel.outcome["traces"]] == ["levels.csv"]


def test_kernel_sends_files_where_there_is_no_server(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, words="Hello")
    run = panel.result().folder.id
    answers = heard(panel, kind="file", id="1", run=run, path="outputs/text.txt")
    assert answers == [({"kind": "file", "id": "1", "found": True}, [b"Hello"])]


def test_kernel_sends_nothing_from_outside_of_the_run(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures)
    run = panel.start().id
    for path in ("../../skies/dawn.png", f"{pictures}/dawn.png", "outputs", "outputs/none.txt", ""):
        answers = heard(panel, kind="file", id="1", run=run, path=path)
        assert answers == [({"kind": "file", "id": "1", "found": False}, [])]


def test_result_starts_a_run_when_there_is_none(pictures: str) -> None:
    result = open_panel("image.slow", corpus=pictures, width=8).result()
    assert result.record["status"] == "finished"
    assert result.record["parameters"]["width"] == 8


def test_result_shows_the_run_that_was_made_with_the_controls(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures)
    folder = panel.start()
    assert panel.result().folder is folder
    assert panel.result().folder is folder


@pytest.mark.parametrize(
    ("ending", "kind", "said"),
    [
        ("mistake", Mistake, "“dawn.png” is too dark. Choose another."),
        ("error", Failure, "a fault in the experiment"),
        ("killed", Failure, "interrupted before its end"),
    ],
)
def test_a_run_that_does_not_finish_fails_the_cell_in_a_sentence(
    pictures: str, shown: list[dict[str, str]], ending: str, kind: type[Exception], said: str
) -> None:
    panel = open_panel("image.slow", corpus=pictures, ending=ending)
    with pytest.raises(kind, match=said) as caught:
        panel.result()
    assert "\n" not in caught.value._render_traceback_()[0]  # type: ignore[attr-defined]
    assert said in shown[-1]["text/html"]


def test_a_stopped_run_stops_the_cells_that_follow(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=600)
    panel.start()
    panel.stop()
    with pytest.raises(Cancelled, match="What it had made is kept"):
        panel.result()


def test_a_run_stopped_while_its_experiment_is_imported_is_stopped_and_not_at_fault(
    pictures: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = open_panel("image.slow", corpus=pictures)
    monkeypatch.setenv("ARTIA_SLOW_IMPORT", "30")
    folder = panel.start()
    wait_until(lambda: folder.status() == "running")
    time.sleep(0.2)
    panel.stop()
    with pytest.raises(Cancelled, match="What it had made is kept"):
        panel.result()
    record = folder.record()
    assert record is not None and record["energy"] is not None, "it had to be killed"


def test_interrupting_the_kernel_leaves_the_run_going(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=600)
    folder = panel.start()
    wait_until(lambda: folder.status() == "running")
    threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(Cancelled, match="the run itself goes on"):
        panel.result()
    assert folder.status() == "running"
    folder.stop()


def test_reopened_panel_takes_up_the_run_under_way(
    pictures: str, other_pictures: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/skies.ipynb")
    first = open_panel("image.slow", corpus=pictures, steps=600, width=8)
    folder = first.start()
    first.close()
    second = open_panel("image.slow", corpus=other_pictures)
    assert second.folder is not None and second.folder.id == folder.id
    assert second.values["width"] == 8
    assert second.terms["sentence"].startswith("“Two skies”")
    folder.stop()


def test_another_notebook_leaves_it_alone(pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "skies.ipynb")
    folder = open_panel("image.slow", corpus=pictures, steps=600).start()
    monkeypatch.setenv("JPY_SESSION_NAME", "seas.ipynb")
    assert open_panel("image.slow", corpus=pictures).folder is None
    folder.stop()


def test_a_rerun_begins_afresh(pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTIA_NOTEBOOK", "skies.ipynb")
    folder = open_panel("image.slow", corpus=pictures, steps=600).start()
    assert open_panel("image.slow", corpus=pictures).folder is None
    folder.stop()


def test_an_interrupted_run_is_said(pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "skies.ipynb")
    folder = execute.run("image.slow", pictures, {"ending": "killed"}, notebook="skies.ipynb")
    panel = open_panel("image.slow", corpus=pictures)
    assert str(folder.path) in panel.notice
    assert panel.folder is None
    panel.start()
    assert panel.notice == ""


def test_a_damaged_folder_among_the_runs_is_passed_over(pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "skies.ipynb")
    folder = execute.run("image.slow", pictures, {"steps": 1}, notebook="skies.ipynb")
    (RunFolder(folder.path).path / "request.json").write_text("{")
    assert open_panel("image.slow", corpus=pictures).folder is None


def test_no_thread_outlives_its_run(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=2)
    folder = panel.start()
    assert f"artia-{folder.id}" in [each.name for each in threading.enumerate()]
    wait_until(lambda: f"artia-{folder.id}" not in [each.name for each in threading.enumerate()])
    assert folder.status() == "finished"


def test_copy_that_nobody_trusts_reads_well(pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "skies.ipynb")
    bundle, _metadata = open_panel("image.slow", corpus=pictures, words="<b>")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert '<th scope="row">Words</th><td>&lt;b&gt;</td>' in bundle["text/html"]
    assert bundle["text/plain"].startswith("Slow square — Width: 16")


def test_headless_notebook_holds_no_widget_that_would_stay_dead(pictures: str) -> None:
    bundle, _metadata = open_panel("image.slow", corpus=pictures)._repr_mimebundle_()
    assert list(bundle) == ["text/html", "text/plain"]


def test_the_curve_of_a_training_grows_while_it_runs_and_goes_when_another_begins(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=100)
    panel.start()
    wait_until(lambda: panel.curve and len(panel.curve["lines"][0]["points"]) > 4)
    assert panel.curve["lines"][0]["points"][0] == [1, 1.0] and "of 100" in panel.curve["said"]
    panel.stop()
    wait_until(lambda: panel.progress["state"] == "cancelled")
    panel.start()
    assert panel.curve == {} or panel.curve["lines"][0]["points"][-1][0] < 5
    panel.stop()


def test_a_run_whose_checkpoint_was_damaged_offers_nothing_to_go_on_from(pictures: str) -> None:
    panel = open_panel("image.slow", corpus=pictures, steps=1)
    folder = panel.start()
    folder.wait()
    folder.checkpoint.write_bytes(b"cut")
    panel._offer_to_resume(folder)
    assert panel.resumable == folder.id
    folder.checkpoint.unlink()
    panel._offer_to_resume(folder)
    assert panel.resumable == ""


def test_a_run_is_not_followed_closely_where_nobody_looks(
    pictures: str, monkeypatch: pytest.MonkeyPatch, shown: list[dict[str, str]]
) -> None:
    monkeypatch.setenv("ARTIA_NOTEBOOK", "skies.ipynb")
    looks, progress = [], RunFolder.progress
    monkeypatch.setattr(RunFolder, "progress", lambda folder: (looks.append(folder), progress(folder))[1])
    panel = open_panel("image.slow", corpus=pictures, steps=20)
    panel.result()
    wait_until(lambda: panel.progress["state"] == "finished")
    # At the beginning and at the end, and not five times a second.
    assert len(looks) <= 4 and panel.outcome["state"] == "finished" and shown
