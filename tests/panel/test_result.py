from artia_lab import execute, experiments
from artia_lab.panel import Result


def test_result_says_the_same_from_one_execution_to_the_next(pictures: str) -> None:
    said = set()
    for _time in range(2):
        folder = execute.run("image.slow", pictures, {"words": "Hello", "sound": True}, executor="inline")
        said.add(repr(Result(folder, folder.record() or {}, experiments.load("image.slow"))))
    assert said == {"A picture of 16 × 16 pixels.\nA text.\nA sound of about 1 second.\nMade from 1 item."}


def test_a_report_is_called_one(pictures: str) -> None:
    folder = execute.run("critical.copy-check", "starter/texts-en", executor="inline")
    result = Result(folder, folder.record() or {}, experiments.load("critical.copy-check"))
    assert repr(result) == "A report.\nMade from 1 item."


def test_result_of_a_run_that_made_nothing_says_so(pictures: str) -> None:
    folder = execute.run("image.slow", pictures, {"ending": "mistake"}, executor="inline")
    result = Result(folder, folder.record() or {}, experiments.load("image.slow"))
    assert repr(result) == "This run made nothing."
