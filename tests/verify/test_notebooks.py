"""Two executed notebooks: media decoded, words settled, cut-off cells and errors noticed."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artia_lab.runs import RunFolder
from artia_lab.verify import Verdict, compare_notebooks

from .conftest import encoded

Output = dict[str, Any]


def cell(*outputs: Output, count: int | None = 1, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": "panel",
        "execution_count": count,
        "metadata": metadata,
        "outputs": list(outputs),
    }


def printed(text: str, name: str = "stdout") -> Output:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: Any) -> Output:
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {k.replace("__", "/"): v for k, v in data.items()},
    }


def failed(name: str) -> Output:
    return {"output_type": "error", "ename": name, "evalue": "no", "traceback": ["…"]}


def uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def notebook(path: Path, cells: Sequence[dict[str, Any]], **metadata: Any) -> Path:
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}
    path.write_text(json.dumps(document), "utf-8")
    return path


def compared(folder: Path, a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]]) -> Verdict:
    return compare_notebooks(notebook(folder / "a.ipynb", a), notebook(folder / "b.ipynb", b), [])


def test_the_same_outputs_pass(tmp_path: Path) -> None:
    cells = [cell(printed("True\n"), shown(text__html="<p>a</p>", text__plain="a"))]
    verdict = compared(tmp_path, cells, cells)
    assert (verdict.status, verdict.verdict) == ("passed", "identical")
    assert [each.name for each in verdict.comparisons] == ["cell 1, output 1", "cell 1, output 2"]


def test_what_changes_by_itself_passes(tmp_path: Path) -> None:
    a = [
        cell(
            printed("took 3.2 s\n"),
            printed("a warning", "stderr"),
            shown(text__plain="<Figure at 0x7f3a5c0b1d90>"),
        )
    ]
    b = [cell(printed("took"), printed(" 9.9 s\n"), shown(text__plain="<Figure at 0x7f0000000000>"))]
    assert compared(tmp_path, a, b).status == "passed"


def test_a_changed_text_fails(tmp_path: Path) -> None:
    verdict = compared(tmp_path, [cell(printed("True True"))], [cell(printed("True False"))])
    assert (verdict.status, verdict.failing[0].name, verdict.failing[0].medium) == (
        "failed",
        "cell 1, output 1",
        "text",
    )


@pytest.mark.parametrize("place", ["html", "mime"])
def test_pictures_are_decoded_wherever_they_stand(tmp_path: Path, pixels: np.ndarray, place: str) -> None:
    def with_picture(array: np.ndarray) -> list[dict[str, Any]]:
        content = encoded(array)
        if place == "mime":
            return [cell(shown(image__png=base64.b64encode(content).decode()))]
        return [cell(shown(text__html=f'<figure><img src="{uri(content)}" alt="x"></figure>'))]

    one_step, speck = pixels.copy(), pixels.copy()
    one_step[9, 9, 1] ^= 1
    speck[9, 9] = 255
    tiers = [
        compared(tmp_path, with_picture(pixels), with_picture(each)).verdict for each in (pixels, one_step, speck)
    ]
    assert tiers == ["identical", "numerically equal", "statistically alike"]


def test_a_sound_in_a_page_is_decoded(tmp_path: Path, wav: Any, harp: np.ndarray) -> None:
    sounds = [wav(name, y).read_bytes() for name, y in (("a", harp), ("b", harp * 0.4))]
    pages = [[cell(shown(text__html=f'<audio src="{uri(each, "audio/wav")}">'))] for each in sounds]
    assert compared(tmp_path, pages[0], pages[0]).verdict == "identical"
    verdict = compared(tmp_path, pages[0], pages[1])
    assert (verdict.failing[0].medium, verdict.status) == ("audio", "failed")


def test_a_picture_in_the_place_of_a_sound_fails(tmp_path: Path, pixels: np.ndarray) -> None:
    picture = [cell(shown(text__html=f'<img src="{uri(encoded(pixels))}">'))]
    text = [cell(shown(text__html='<img src="data:image/png;base64,AAAA">'))]
    assert compared(tmp_path, picture, text).failing[0].verdict == "different"


def test_an_error_on_one_side_fails(tmp_path: Path) -> None:
    a, b = [cell(printed("a"))], [cell(failed("Failure"))]
    assert compared(tmp_path, a, b).failing[0].reason == "It failed where the reference did not: Failure: no"
    assert compared(tmp_path, b, a).failing[0].reason == "The reference failed, and it did not: Failure: no"
    assert compared(tmp_path, b, b).status == "passed"


@pytest.mark.parametrize(
    ("stopped", "said"),
    [
        (cell(count=None), "It was not executed, and the reference was."),
        (cell(count=1, papermill={"status": "pending"}), "It was not executed, and the reference was."),
        (
            cell(count=1, papermill={"status": "running"}),
            "Its execution was cut off, and that of the reference was not.",
        ),
    ],
)
def test_a_dead_kernel_fails(tmp_path: Path, stopped: dict[str, Any], said: str) -> None:
    whole = cell(papermill={"status": "completed"})
    verdict = compared(tmp_path, [whole, whole], [whole, stopped])
    assert (verdict.failing[0].name, verdict.failing[0].reason) == ("cell 2", said)


def test_missing_cells_and_outputs_fail(tmp_path: Path) -> None:
    one = cell(printed("a"))
    assert "Cells of code" not in compared(tmp_path, [one], [one]).reason
    assert compared(tmp_path, [one, one], [one]).reason == ("cells: Cells of code: 1, and 2 in the reference.")
    assert compared(tmp_path, [one], [cell()]).failing[0].reason == "Outputs: 0, and 1 in the reference."


def test_injected_parameters_are_no_cell_of_the_notebook(tmp_path: Path) -> None:
    injected = cell(tags=["injected-parameters"])
    assert compared(tmp_path, [cell()], [injected, cell()]).status == "passed"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{}",
        b"[" * 9999,
        b'{"cells": 3}',
        b'{"cells": [3, {"cell_type": "code", "outputs": 4, "metadata": 5}]}',
        b'{"cells": [{"cell_type": "code", "source": 1, "outputs": [5, {"data": 6}, {"output_type": "stream"}]}]}',
        b'{"metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": 1}}}}}',
    ],
)
def test_broken_notebooks_are_said_and_break_nothing(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "b.ipynb").write_bytes(broken)
    reference = notebook(tmp_path / "a.ipynb", [cell(printed("a"))])
    assert compare_notebooks(reference, tmp_path / "b.ipynb", []).status in ("failed", "impossible")
    assert compare_notebooks(tmp_path / "b.ipynb", reference, []).status in ("failed", "impossible")


def test_an_enormous_or_missing_notebook_is_impossible(tmp_path: Path) -> None:
    reference = notebook(tmp_path / "a.ipynb", [])
    (tmp_path / "b.ipynb").touch()
    os.truncate(tmp_path / "b.ipynb", 300 << 20)
    assert compare_notebooks(reference, tmp_path / "b.ipynb", []).exit_code == 2
    assert compare_notebooks(reference, tmp_path / "c.ipynb", []).reason == "“c.ipynb” is missing."


def test_the_runs_of_a_notebook_count(tmp_path: Path, two_runs: tuple[RunFolder, RunFolder]) -> None:
    path = notebook(tmp_path / "a.ipynb", [cell(printed("a"))])
    assert compare_notebooks(path, path, [two_runs]).status == "passed"
    text = two_runs[1].outputs_folder / "text.txt"
    text.write_text(text.read_text("utf-8") + "!", "utf-8")
    verdict = compare_notebooks(path, path, [two_runs])
    assert (verdict.status, verdict.failing[0].name) == ("failed", "outputs/text.txt")
    (two_runs[1].path / "record.json").unlink()
    assert compare_notebooks(path, path, [two_runs]).status == "impossible"
