import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.pages import listening_copy
from artia_lab.panel import open_panel, static
from artia_lab.panel.sound_picture import portrait


def embedded(html: str, kind: str) -> bytes:
    found = re.search(rf"data:{kind};base64,([^\"]+)", html)
    assert found
    return base64.b64decode(found[1])


def test_each_work_is_left_in_the_notebook_then_what_there_is_to_say(
    pictures: str, shown: list[dict[str, str]]
) -> None:
    result = open_panel("image.slow", corpus=pictures, words="One\n<b>two", sound=True).result()
    picture, text, sound, said = shown
    assert Image.open(io.BytesIO(embedded(picture["text/html"], "image/png"))).size == (16, 16)
    assert 'alt="Picture picture.png, made with “Slow square” from “Two skies”"' in picture["text/html"]
    assert "One\n&lt;b&gt;two" in text["text/html"] and text["text/plain"] == "One\n<b>two"
    assert soundfile.info(io.BytesIO(embedded(sound["text/html"], "audio/mpeg"))).samplerate == 44_100
    assert "<img" in sound["text/html"]
    for words in ("picture.png", "Energy", "“Two skies”, by Ada", "Width: 16", result.folder.id):
        assert words in said["text/html"]


def test_a_large_picture_is_left_as_a_smaller_copy(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (static.LONGEST_SIDE + 1, 20)).save(path)
    copy = Image.open(io.BytesIO(embedded(static.picture_as_uri(path), "image/jpeg")))
    assert max(copy.size) == static.LONGEST_SIDE


@pytest.mark.parametrize("length", [1, 40, 30_000])
@pytest.mark.parametrize("rate", [8000, 44_100])
def test_any_sound_has_a_portrait_and_a_copy(tmp_path: Path, length: int, rate: int) -> None:
    path = tmp_path / "sound.wav"
    soundfile.write(path, np.zeros((length, 2)), rate)
    assert Image.open(io.BytesIO(portrait(path))).width > 800
    assert soundfile.info(io.BytesIO(listening_copy(path))).frames >= 0


def test_a_very_long_text_is_cut_with_a_sign_of_it(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("a" * (static.LONGEST_TEXT + 1), encoding="utf-8")
    bundle = static.work(tmp_path, {"path": "long.txt", "label": "Long", "medium": "text"})
    assert bundle["text/plain"].endswith("a…")


def test_many_pictures_stand_side_by_side(tmp_path: Path) -> None:
    for name in "abcd":
        Image.new("RGB", (16, 16)).save(tmp_path / f"{name}.png")
    outputs = [{"path": f"{name}.png", "label": name.upper(), "medium": "image"} for name in "abcd"]
    (sheet,) = static.works(tmp_path, outputs)
    assert sheet["text/html"].count("<img") == 4 and sheet["text/plain"] == "[A]\n[B]\n[C]\n[D]"
    assert len(static.works(tmp_path, outputs[:3])) == 3


def test_works_of_which_the_same_is_to_be_said_share_a_line() -> None:
    made = [
        {"file": f"{name}.png", "likeness": "Near." if name == "c" else "Far.", "nearest": ""} for name in "abc"
    ]
    rest = dict.fromkeys(("energy", "credit", "private", "run", "sentence"), "")
    outcome = rest | {"works": made, "warnings": [], "parameters": [], "state": "finished"}
    assert static.report(outcome)["text/plain"] == "a.png, b.png: Far.\nc.png: Near."
    assert static.report(outcome | {"works": made[:2]})["text/plain"] == "Likeness: Far."
