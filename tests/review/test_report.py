"""What the report shows of outputs that differ."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artia_lab.i18n import LANGUAGES, Text, use_language
from artia_lab.review.differences import text_difference
from artia_lab.review.page import page
from artia_lab.review.report import default_folder, write
from artia_lab.review.result import Check, Rerun, Review
from artia_lab.runs import Request, RunFolder
from artia_lab.runs.environment import describe
from artia_lab.runs.outputs import Outputs
from artia_lab.verify import compare_runs

Make = Callable[..., RunFolder]


@pytest.fixture
def run(tmp_path: Path) -> Make:
    """A finished run with a picture, an animation, a sound and a text: ``run(amount)`` differs by so much."""

    def _run(amount: float, text: str = "Une ligne.\nUne autre <b>ligne</b>.\n") -> RunFolder:
        request = Request(experiment="image.self-mosaic", parameters={"seed": 0}, corpus_id="a", corpus_digest="b")
        folder, _claim = RunFolder.create(request, tmp_path / f"runs-{amount}")
        out = Outputs(folder)
        y, x = np.mgrid[0:96, 0:128] / 128
        colours = np.stack([x, y, 0.5 + amount * (np.hypot(x - 0.5, y - 0.4) < 0.2)], axis=2)
        out.image(np.clip(colours, 0, 1), "picture")
        out.animation(np.clip(np.stack([colours, colours[::-1], colours]), 0, 1), 5, "moving")
        time = np.arange(44_100) / 22_050
        sound = 0.4 * np.sin(2 * np.pi * 440 * time) + amount * np.sin(2 * np.pi * 3000 * time) * (time > 1)
        out.audio(sound, 22_050, "sound")
        out.text(text)
        record = folder.closing_record("finished") | {"outputs": out.kept, "environment": describe()}
        record |= {"items": [{"file": "a.png", "author": "Ana", "licence": "CC0-1.0"}], "energy": {"joules": 12.5}}
        folder.finish(record)
        return folder

    return _run


def reviewed(before: RunFolder, after: RunFolder) -> Review:
    verdicts = {}
    for code in LANGUAGES:
        with use_language(code):
            verdicts[code] = compare_runs(before, after)
    return Review(
        bundle="a <b>.zip",
        sha256="0" * 64,
        status="failed",
        reasons=(Text(fr="Une raison.", en="A reason."),),
        checks=(Check("files", "wrong", Text(fr="Un fichier <i>.", en="A file <i>.")),),
        verdicts=verdicts,
        rerun=Rerun(sandboxed=True, seconds=3.2, runs=(after,)),
        pairs=((before, after),),
    )


def test_what_differs_is_shown_in_both_languages(run: Make) -> None:
    html = page(reviewed(run(0.0), run(0.3, "Une ligne.\nUne tout autre ligne.\n")))
    assert html.count('src="data:image/png') == 5 and html.count('src="data:image/gif') == 2
    assert html.count('src="data:audio/flac') == 2
    assert "steps of 255 (drawn white)" in html and "how much their levels differ" in html
    assert "<ins>tout" in html and "<b>" not in html and "<i>" not in html
    assert html.index("A reason.") < html.index("picture.png") < html.index("A file &lt;i&gt;.")
    assert html.count('lang="fr"') + 1 == html.count('lang="en"')  # the page itself says its own
    assert len(re.findall(r' id="([^"]+)"', html)) == len(set(re.findall(r' id="([^"]+)"', html)))


def test_what_is_the_same_needs_no_drawing(run: Make) -> None:
    before = run(0.0)
    html = page(reviewed(before, before))
    assert html.count('src="data:image/png') == 2 and "drawn white" not in html and "<del>" not in html
    assert "Une autre &lt;b&gt;ligne" in html


def test_what_is_missing_or_something_else_is_said(run: Make) -> None:
    before, after = run(0.0), run(0.3)
    (after.outputs_folder / "picture.png").write_bytes(b"<script>")
    (after.outputs_folder / "sound.wav").unlink()
    (after.outputs_folder / "moving.gif").unlink()
    (after.outputs_folder / "moving.gif").symlink_to("/etc/passwd")
    html = page(reviewed(before, after))
    assert html.count("Only one of the two is there") == 3 and "root:" not in html and "<script" not in html


def test_sizes_and_rates_that_differ(run: Make) -> None:
    before, after = run(0.0), run(0.1)
    out = Outputs(after)
    for name in ("picture.png", "sound.wav"):
        (after.outputs_folder / name).unlink()
    out.image(np.zeros((3, 5)), "picture")
    out.audio(np.zeros(100), 8000, "sound")
    html = page(reviewed(before, after))
    assert "not of one size" in html and "sampling rates are not the same" in html


def test_a_report_without_anything_to_show(tmp_path: Path) -> None:
    review = Review(bundle="a.zip", sha256="0" * 64, status="refused", reasons=(Text(fr="Non.", en="No."),))
    said = write(review, tmp_path / "r")
    assert json.loads((tmp_path / "r" / "report.json").read_text()) == said and said["verdict"] is None
    assert "Nothing of the publication was executed." in (tmp_path / "r" / "index.html").read_text()


@pytest.mark.parametrize("name", ["a.zip", "../b.zip", "été à Québec.zip", ".zip", "....zip", "x" * 300])
def test_reports_have_a_folder_of_their_own(artia_home: Path, name: str) -> None:
    folder = default_folder(Path(name))
    assert folder.parent == artia_home / "reviews" and len(folder.name) < 120


@pytest.mark.parametrize("before, after", [("", ""), ("", "a"), ("a b", "a c"), ("a " * 20_000, "b " * 20_000)])
def test_texts_of_any_size(before: str, after: str) -> None:
    html = str(text_difference(before, after))
    assert html.startswith("<pre") and len(html) < 400_000
    assert ("<ins>" in html) == (before != after)
