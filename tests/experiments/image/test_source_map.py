"""The readable source map."""

import numpy as np
import skimage.data

from artia_lab.experiments.image.source_map import Origin, map_picture, map_table


def moved(down: int, right: int, mirrored: bool = False) -> tuple[Origin, np.ndarray]:
    """A 48 × 64 picture taken whole from one place of a photograph."""
    picture = skimage.data.coffee()[:200, :300].astype(np.float32) / 255
    rows, columns = np.indices((48, 64))
    columns = 63 - columns if mirrored else columns
    row, column = rows + down, columns + right
    source = np.zeros((48, 64), dtype=np.int64)
    mirror = np.full((48, 64), mirrored)
    return Origin(("coffee.png",), (picture,), source, row, column, mirror), picture[row, column]


def test_what_was_moved_together_is_one_piece():
    origin, _picture = moved(10, 20)
    assert len(np.unique(origin.pieces())) == 1


def test_what_was_mirrored_together_is_one_piece():
    origin, _picture = moved(10, 20, mirrored=True)
    assert len(np.unique(origin.pieces())) == 1


def test_the_table_gives_the_place_in_the_file():
    origin, _picture = moved(100, 150)
    first = map_table(origin)[0]
    assert first["file"] == "coffee.png" and first["share_percent"] == 100 and first["pieces"] == 1
    assert (first["source_left_percent"], first["source_top_percent"]) == (50.0, 50.0)
    assert first["mirrored"] == 0


def test_the_map_stands_beside_its_key():
    origin, picture = moved(10, 20)
    drawn = map_picture(origin, picture)
    assert drawn.shape == (48, 64 + 32 + 8, 3)
    assert drawn.min() >= 0 and drawn.max() <= 1


def test_places_far_apart_have_colours_far_apart():
    (near, picture), (far, other) = moved(0, 0), moved(150, 230)
    gap = map_picture(near, picture)[:, :64].mean((0, 1)) - map_picture(far, other)[:, :64].mean((0, 1))
    assert np.abs(gap).max() > 0.2


def test_one_pixel_can_be_mapped():
    one = np.zeros((1, 1), dtype=np.int64)
    origin = Origin(("dot",), (np.ones((1, 1, 3), np.float32),), one, one, one, one.astype(bool))
    assert len(map_table(origin)) == 1
