"""The promises of the corpus keyboard, on a run that was kept and on one that was tampered with."""

from __future__ import annotations

import pytest

from artia_lab.execute import run
from artia_lab.experiments.text.proof import chances_add_up, quotations_stand
from artia_lab.runs import RunFolder


@pytest.fixture
def kept() -> RunFolder:
    asked = {"prompt": "The wind ", "length": 100, "order": 4}
    return run("text.corpus-keyboard", "starter/texts-en", asked, executor="inline")


def test_a_run_keeps_its_promises(kept: RunFolder) -> None:
    assert chances_add_up(kept)
    assert quotations_stand(kept)


@pytest.mark.parametrize("name", ["sources", "suggestions"])
def test_a_quotation_moved_elsewhere_does_not_stand(kept: RunFolder, name: str) -> None:
    table = kept.path / "outputs" / f"{name}.csv"
    header, *rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    column = header.strip().split(",").index("position")
    number = next(
        n for n, row in enumerate(rows) if row.count(",") >= column and ".txt," in row and '"' not in row
    )
    cells = rows[number].split(",")
    cells[column] = str(int(cells[column]) + 1)
    rows[number] = ",".join(cells)
    table.write_text("".join([header, *rows]), encoding="utf-8")

    assert not quotations_stand(kept)


def test_a_text_that_its_passages_do_not_make_is_noticed(kept: RunFolder) -> None:
    with (kept.path / "outputs" / "text.txt").open("a", encoding="utf-8") as text:
        text.write(" And more.")

    assert not quotations_stand(kept)
