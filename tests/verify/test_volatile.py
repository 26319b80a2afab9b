"""What changes by itself is set aside; everything else counts."""

from __future__ import annotations

import pytest

from artia_lab.verify.volatile import settled, settled_drawing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "This run: 20261122-142530-image.self-mosaic-3f9a1c",
            "This run: 20261123-090000-image.self-mosaic-000000",
        ),
        ("Énergie : Environ 0,0030 Wh, autant qu’une ampoule.", "Énergie : Presque pas d’électricité."),
        ("Energy: About 3 Wh of electricity.", "Energy: Hardly any electricity."),
        (
            "<li><strong>Energy</strong> — 3 Wh</li><li>b</li>",
            "<li><strong>Energy</strong> — little</li><li>b</li>",
        ),
        ("took 3.2 s", "took 14 s"),
        ("CPU times: user 3.2 s, sys: 12 ms, total: 3 s", "CPU times: user 2.2 s, sys: 9 ms, total: 2 s"),
        ("<Figure at 0x7f3a5c0b1d90>", "<Figure at 0x7f0000000010>"),
        ("kept in /home/ada/artia/runs/a.png", "kept in /srv/hub/b/a.png"),
        ("made 2026-11-22T14:25:30Z", "made 2027-01-02T00:00:00Z"),
        ("50%|█████| 5/10 [00:02<00:02, 2.1it/s]\r100%|", "50%|█████| 5/10 [00:09<00:09, 1.1it/s]\r100%|"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-0000-0000-0000-000000000000"),
    ],
)
def test_what_changes_by_itself(one: str, other: str) -> None:
    assert settled(one) == settled(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A sound of about 8 seconds.", "A sound of about 9 seconds."),
        ("Il a dormi 10 minutes.", "Il a dormi 12 minutes."),
        ("« cloche.wav », 1,05 s", "« cloche.wav », 2,05 s"),
        ("epoch 3 took 2.0 s, loss 0.52", "epoch 3 took 2.0 s, loss 0.92"),
        ("/home/ada/a.png", "/home/ada/b.png"),
        ("20261122-142530-image.self-mosaic-3f9a1c", "20261122-142530-audio.sound-mosaic-3f9a1c"),
        ("3 / 4 and 5/6", "3 / 9 and 5/6"),
        ("Energy is a word of a poem\nand 3", "Energy is a word of a poem\nand 4"),
    ],
)
def test_what_does_not(one: str, other: str) -> None:
    assert settled(one) != settled(other)


def test_drawings_keep_what_they_draw() -> None:
    drawing = '<svg><dc:date>{}</dc:date><path id="{}" d="M 0 {}"/><use href="#{}"/></svg>'
    assert settled_drawing(drawing.format(1, "p1", 5, "p1")) == settled_drawing(drawing.format(2, "pz", 5, "pz"))
    assert settled_drawing(drawing.format(1, "p1", 5, "p1")) != settled_drawing(drawing.format(1, "p1", 6, "p1"))


def test_a_long_line_is_settled_quickly() -> None:
    assert settled("/" + "a" * 200_000)
    assert settled("1" * 200_000 + " took ")
    assert settled("~/" * 100_000)
