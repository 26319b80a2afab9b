"""The picture of a mosaic: legible for one file or for many, whatever their names."""

import numpy as np
import pytest

from artia_lab.experiments.audio.mosaic_picture import LANES, WIDTH, draw_mosaic
from artia_lab.experiments.audio.overlap_add import PlayedGrain
from artia_lab.experiments.audio.recording import Cut, analyse

SR = 44100
CUT = Cut.of(SR, 100, 30)


def draw(starter_sounds, names, slots):
    recordings = [analyse(name, starter_sounds["flute.wav"], CUT) for name in names]
    grains = [PlayedGrain(slot, slot % len(names), 0, 1.0, False, 0.1) for slot in range(slots)]
    mosaic = starter_sounds["gouttes.wav"][: (slots + 1) * CUT.hop]
    return draw_mosaic(analyse("fredon.wav", starter_sounds["fredon.wav"], CUT), recordings, grains, mosaic, CUT)


def test_each_file_has_a_lane_and_a_colour_of_its_own(starter_sounds):
    one, two = draw(starter_sounds, ["a.wav"], 20), draw(starter_sounds, ["a.wav", "b.wav"], 20)

    assert one.dtype == np.uint8
    assert one.shape[1:] == (WIDTH, 3)
    assert two.shape[0] > one.shape[0]
    lanes = [two[-34 - 22 * lane + 11 - 22] for lane in (1, 0)]
    colours = [{tuple(pixel) for pixel in lane[215:1180:3]} - {(250, 249, 246)} for lane in lanes]
    assert colours[0]
    assert colours[1]
    assert not colours[0] & colours[1]


def test_beyond_a_number_of_files_the_others_share_a_lane(starter_sounds):
    many = draw(starter_sounds, [f"{i}.wav" for i in range(LANES + 5)], LANES + 5)
    full = draw(starter_sounds, [f"{i}.wav" for i in range(LANES)], LANES)

    assert many.shape[0] == full.shape[0] + 22


@pytest.mark.parametrize("name", ["un\nnom.wav", "🎻.wav", "x" * 300 + ".wav", " ", "dossier/été.wav"])
def test_any_file_name_can_be_drawn(starter_sounds, name):
    assert draw(starter_sounds, [name], 5).shape[1] == WIDTH


def test_a_single_grain_can_be_drawn(starter_sounds):
    assert draw(starter_sounds, ["a.wav"], 1).shape[1] == WIDTH
