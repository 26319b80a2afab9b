"""The cases: what was changed, where, and whether the rerun should still pass.

A work made again where everything is the same must be bitwise the same once decoded, so the smallest change of it
is a fault. Elsewhere, only what nobody sees or hears may differ: the same inaudible change passes there.
"""

from __future__ import annotations

from dataclasses import dataclass

import cells
import media
import numpy as np
from cells import GPU, HERE, LOWER, Apply, environment
from media import Change

IDENTICAL, NUMERIC, DIFFERENT = "identical", "numerically equal", "different"


@dataclass(frozen=True)
class Case:
    """One question put to every tool.

    `made` is the circumstance of the rerun that is compared with the reference in `language`, by default the
    reference itself; `changes` are planted in a copy of it. `tier` is the verdict wanted, where only one is right.
    """

    title: str
    notebook: str
    passes: bool
    changes: tuple[Apply, ...] = ()
    language: str = "fr"
    made: str = ""
    tier: str = ""


def on(name: str, change: Change, run: int = 0) -> Apply:
    return lambda made: made.change_output(name, change, run)


def without(name: str) -> Apply:
    return lambda made: made.remove_output(name)


def fault(
    title: str, notebook: str, *changes: Apply, where: dict = HERE, language: str = "fr", tier: str = ""
) -> Case:
    return Case(title, notebook, False, (environment(where), *changes), language=language, tier=tier)


def honest(
    title: str, notebook: str, *changes: Apply, where: dict = HERE, language: str = "fr", tier: str = IDENTICAL
) -> Case:
    return Case(title, notebook, True, (environment(where), *changes), language=language, tier=tier)


def real(title: str, notebook: str, made: str, *, passes: bool = True, tier: str = "") -> Case:
    return Case(title, notebook, passes, made=made, tier=tier)


def swapped(body: list[list[str]]) -> list[list[str]]:
    """Exchange the files of the first row and of the first one that has another."""
    other = next(row for row in body if row[1] != body[0][1])
    body[0][1], other[1] = other[1], body[0][1]
    return body


def files_swapped(first: str, second: str) -> Apply:
    def _apply(made: cells.Made) -> None:
        folder = made.runs[0].outputs_folder
        one, other = (folder / first).read_bytes(), (folder / second).read_bytes()
        made.change_output(first, lambda path: path.write_bytes(other))
        made.change_output(second, lambda path: path.write_bytes(one))

    return _apply


def paragraphs_swapped(text: str) -> str:
    paragraphs = text.split("\n\n")
    return "\n\n".join([paragraphs[-1], *paragraphs[1:-1], paragraphs[0]])


def image() -> list[Case]:
    """Give the cases of I1: a picture, its map and its table."""
    mosaic, words = "mosaic.png", "result = panel.result()"
    return [
        real("rerun as it stands", "I1", "again", tier=IDENTICAL),
        real("rerun with one thread", "I1", "threads"),
        real("rerun with fewer processor instructions", "I1", "instructions"),
        real("rerun with another seed", "I1", "seed", passes=False),
        honest("nothing changed", "I1", language="en"),
        honest("another day, energy, ids and folder", "I1", cells.another_day),
        honest("PNG less compressed", "I1", on(mosaic, media.encoded(compress_level=1))),
        honest("PNG with other metadata", "I1", on(mosaic, media.described), language="en"),
        honest("rounding, lower instructions", "I1", on(mosaic, media.rounding()), where=LOWER, tier=NUMERIC),
        honest("rounding, on a GPU", "I1", on(mosaic, media.rounding()), where=GPU, tier=NUMERIC, language="en"),
        fault("rounding on the same machine", "I1", on(mosaic, media.rounding())),
        fault("one pixel by one step", "I1", on(mosaic, media.one_pixel(1)), tier=NUMERIC),
        fault("one pixel changed", "I1", on(mosaic, media.one_pixel(128)), language="en"),
        fault("one pixel of the map changed", "I1", on("source-map.png", media.one_pixel(200))),
        fault("noise in place of the picture", "I1", on(mosaic, media.picture(media.noise_picture)), where=LOWER,
              tier=DIFFERENT),
        fault("another picture: the map", "I1", files_swapped(mosaic, "source-map.png")),
        fault("mirrored", "I1", on(mosaic, media.picture(lambda p: p[:, ::-1])), where=LOWER),
        fault("upside down", "I1", on(mosaic, media.picture(lambda p: p[::-1])), where=LOWER, language="en"),
        fault("colours exchanged", "I1", on(mosaic, media.picture(lambda p: p[..., ::-1])), where=LOWER),
        fault("negative", "I1", on(mosaic, media.picture(lambda p: 255 - p)), where=GPU),
        fault("shifted by 8 px", "I1", on(mosaic, media.picture(lambda p: np.roll(p, 8, axis=1))), where=LOWER),
        fault("a black square in it", "I1", on(mosaic, media.pasted(48)), where=LOWER),
        fault("in grey", "I1", on(mosaic, media.picture(media.grey)), where=GPU),
        fault("darker", "I1", on(mosaic, media.picture(lambda p: (p * 0.6).astype(np.uint8))), where=LOWER),
        fault("through JPEG", "I1", on(mosaic, media.jpeg(95))),
        fault("through a bad JPEG", "I1", on(mosaic, media.jpeg(5)), where=LOWER),
        fault("cropped by a row", "I1", on(mosaic, media.picture(lambda p: p[:-1])), where=LOWER, tier=DIFFERENT),
        fault("the picture is missing", "I1", without(mosaic), tier=DIFFERENT),
        fault("the map is missing", "I1", without("source-map.png"), language="en", tier=DIFFERENT),
        fault("rows of the table in another order", "I1", on("sources.csv", media.rows(lambda rows: rows[::-1]))),
        fault("a number of the table changed", "I1", on("sources.csv", media.rows(media.number_changed))),
        fault("a row of the table dropped", "I1", on("sources.csv", media.rows(lambda rows: rows[:-1]))),
        fault("only what the cell shows changed", "I1", cells.picture_in_cell(words, lambda p: p[::-1])),
        fault("the proof says False", "I1", cells.replaced("shares_add_up", "True True", "True False")),
        fault("a cell raised", "I1", cells.raises("shares_add_up"), language="en"),
        fault("the kernel died", "I1", cells.dies(words)),
        fault("a cell no longer shows the picture", "I1", cells.shows_nothing(words, 0)),
        fault("the likeness is told otherwise", "I1", cells.replaced(words, "aurore.png", "brume.png")),
        fault("widget only: the form", "I1", cells.widget("form", _form)),
        honest("the same picture in an output widget", "I1", cells.picture_in_widget(lambda p: p), language="en*"),
        fault("another picture in an output widget", "I1", cells.picture_in_widget(lambda p: p[::-1]),
              language="en*"),
    ]  # fmt: skip


def sound() -> list[Case]:
    """Give the cases of A4: a sound and its table."""
    mosaic = "mosaic.wav"
    return [
        real("rerun as it stands", "A4", "again", tier=IDENTICAL),
        real("rerun with one thread", "A4", "threads"),
        real("rerun with fewer processor instructions", "A4", "instructions"),
        real("rerun without warm start", "A4", "cold", tier=IDENTICAL),
        real("rerun with another seed", "A4", "seed", passes=False),
        real("rerun with other grains", "A4", "parameter", passes=False),
        honest("nothing changed", "A4", language="en"),
        honest("another day, energy, ids and folder", "A4", cells.another_day, language="en"),
        honest("WAV in floats", "A4", on(mosaic, media.rewritten(subtype="FLOAT"))),
        honest("WAV with a chunk of text", "A4", on(mosaic, media.tagged), language="en"),
        honest("inaudible noise, lower instructions", "A4", on(mosaic, media.noise(-110)), where=LOWER,
               tier=""),
        honest("inaudible noise, on a GPU", "A4", on(mosaic, media.noise(-110)), where=GPU, tier=""),
        fault("inaudible noise on the same machine", "A4", on(mosaic, media.noise(-110))),
        fault("one sample late", "A4", on(mosaic, media.sound(lambda y, _sr: np.roll(y, 1)))),
        fault("phase turned over", "A4", on(mosaic, media.sound(lambda y, _sr: -y)), language="en"),
        fault("audible noise", "A4", on(mosaic, media.noise(-35)), where=LOWER),
        fault("loud noise", "A4", on(mosaic, media.noise(-15)), where=GPU, language="en"),
        fault("a semitone higher", "A4", on(mosaic, media.transposed(1)), where=LOWER),
        fault("a fifth lower", "A4", on(mosaic, media.transposed(-7)), where=GPU),
        fault("a grain dropped", "A4", on(mosaic, media.silenced(2.0, 0.16)), where=LOWER),
        fault("half a second late", "A4", on(mosaic, media.sound(lambda y, sr: np.roll(y, sr // 2))), where=LOWER),
        fault("half as loud", "A4", on(mosaic, media.gain(-6)), where=LOWER),
        fault("backwards", "A4", on(mosaic, media.sound(lambda y, _sr: y[::-1])), where=LOWER),
        fault("cut by a second", "A4", on(mosaic, media.sound(lambda y, sr: y[:-sr])), where=GPU),
        fault("dulled", "A4", on(mosaic, media.sound(media.dulled)), where=LOWER),
        fault("silent", "A4", on(mosaic, media.sound(lambda y, _sr: y * 0)), where=LOWER, tier=DIFFERENT),
        fault("at another rate", "A4", on(mosaic, media.rewritten(sr=48000, subtype="PCM_24")), where=LOWER),
        fault("the sound is missing", "A4", without(mosaic), tier=DIFFERENT),
        fault("two grains swapped in the table", "A4", on("grains.csv", media.rows(swapped))),
        fault("a grain missing from the table", "A4", on("grains.csv", media.rows(lambda rows: rows[1:]))),
        fault("the picture of the grains changed", "A4", on("picture.png", media.one_pixel(100))),
        fault("the kernel died", "A4", cells.dies("result = panel.result()"), language="en"),
    ]  # fmt: skip


def text() -> list[Case]:
    """Give the cases of T1: a text, its tables and its model."""
    model = "model.safetensors"
    return [
        real("rerun as it stands", "T1", "again", tier=IDENTICAL),
        real("rerun with one thread", "T1", "threads"),
        real("rerun with fewer processor instructions", "T1", "instructions"),
        real("rerun without warm start", "T1", "cold", tier=IDENTICAL),
        real("rerun with another seed", "T1", "seed", passes=False),
        real("rerun with another memory", "T1", "parameter", passes=False),
        real("rerun with another corpus", "T1", "corpus", passes=False),
        honest("nothing changed", "T1", language="en"),
        honest("another day, energy, ids and folder", "T1", cells.another_day),
        honest("model laid out otherwise in its file", "T1", on(model, media.other_order), language="en"),
        fault("one letter changed", "T1", on("text.txt", media.text(lambda said: said.replace("e", "é", 1)))),
        fault("a word added", "T1", on("text.txt", media.text(lambda said: f"{said} encore")), language="en"),
        fault("paragraphs swapped", "T1", on("text.txt", media.text(paragraphs_swapped))),
        fault("an empty text", "T1", on("text.txt", media.text(lambda _said: "")), where=LOWER, tier=DIFFERENT),
        fault("another text", "T1", on("text.txt", media.text(lambda _said: "Il neige. " * 60)), where=LOWER),
        fault("the text is missing", "T1", without("text.txt"), tier=DIFFERENT),
        fault("suggestions in another order", "T1", on("suggestions.csv", media.rows(lambda rows: rows[::-1]))),
        fault("a source dropped", "T1", on("sources.csv", media.rows(lambda rows: rows[:-1])), language="en"),
        fault("one number of the model changed", "T1", on(model, media.tensors(media.one_value))),
        fault("a tensor of the model missing", "T1", on(model, media.tensors(media.without_largest)), where=LOWER,
              tier=DIFFERENT),
        fault("widget only: what the keyboard offers", "T1", cells.widget("offered", lambda told: told[::-1])),
        fault("the proof says False", "T1", cells.replaced("chances_add_up", "True True", "False True")),
        fault("the kernel died", "T1", cells.dies("result = panel.result()")),
    ]  # fmt: skip


def copies() -> list[Case]:
    """Give the cases of C1: a report, its tables and its pictures."""
    return [
        real("rerun as it stands", "C1", "again", tier=IDENTICAL),
        real("rerun with one thread", "C1", "threads"),
        real("rerun with fewer processor instructions", "C1", "instructions"),
        honest("nothing changed", "C1", language="en"),
        honest("PNG with other metadata", "C1", on("nearest-2.png", media.described)),
        fault("one pixel changed", "C1", on("nearest-1.png", media.one_pixel(64))),
        fault("the report says otherwise", "C1", on("report.txt", media.text(lambda said: said[::-1]))),
        fault("a finding dropped", "C1", on("findings.csv", media.rows(lambda rows: rows[:-1])), where=LOWER),
        fault("a measure changed", "C1", on("details.csv", media.rows(media.number_changed)), language="en"),
        fault("two pictures swapped", "C1", files_swapped("nearest-1.png", "nearest-2.png")),
    ]


def model() -> list[Case]:
    """Give the cases of I3: a trained model, its draws and an animation."""
    weights, draw, moving = "model.safetensors", "sample-01.png", "between-seeds.gif"
    return [
        real("rerun as it stands", "I3", "again", tier=IDENTICAL),
        real("rerun with one thread", "I3", "threads"),
        real("rerun with fewer processor instructions", "I3", "instructions"),
        real("rerun with another seed", "I3", "seed", passes=False),
        honest("nothing changed", "I3", language="en"),
        fault("one weight changed", "I3", on(weights, media.tensors(media.one_value))),
        fault("an undefined weight", "I3", on(weights, media.tensors(media.undefined)), where=LOWER),
        fault("weights three times as large", "I3", on(weights, media.tensors(media.tripled)), where=GPU),
        fault("a layer missing", "I3", on(weights, media.tensors(media.without_largest)), where=LOWER,
              tier=DIFFERENT),
        fault("two draws swapped", "I3", files_swapped(draw, "sample-02.png")),
        fault("a black draw", "I3", on(draw, media.picture(lambda p: p * 0)), where=LOWER),
        fault("a draw is missing", "I3", without(draw), where=LOWER, tier=DIFFERENT),
        fault("animation cut short", "I3", on(moving, media.frames(lambda p, ms: (p[:-1], ms[:-1])), 1),
              where=LOWER, tier=DIFFERENT),
        fault("animation slowed down", "I3", on(moving, media.duration_of_gif(400), 1)),
        fault("animation backwards", "I3", on(moving, media.frames(lambda p, ms: (p[::-1], ms)), 1)),
        fault("a row of the training dropped", "I3", on("training.csv", media.rows(lambda rows: rows[:-1]))),
    ]  # fmt: skip


def every(notebooks: tuple[str, ...]) -> list[Case]:
    """Give the cases of some notebooks."""
    by_notebook = {"I1": image, "A4": sound, "T1": text, "C1": copies, "I3": model}
    return [case for name in notebooks for case in by_notebook[name]()]


def _form(form: list | dict) -> list | dict:
    """Change one value in what the form of a panel holds."""
    import json

    said = json.dumps(form)
    for before, after in (("384", "385"), ("1.0", "0.9")):
        if before in said:
            return json.loads(said.replace(before, after, 1))
    raise AssertionError("no value in the form")
