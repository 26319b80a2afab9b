"""A sound drives a corpus: what is made, traced, refused and repeated."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from artia_lab.errors import Cancelled, MaterialError, NotFound
from artia_lab.experiments.audio.sound_mosaic import EXPERIMENT, Parameters, run

SR = 44100


def tone(hertz: float, seconds: float, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SR)) / SR)).astype(np.float32)


def test_makes_a_mosaic_as_long_as_the_hum_that_drives_it(folder, kept, told):
    run(Parameters(), folder, kept, told)

    mosaic = kept.sounds["mosaic"]
    hum = folder.sound(folder.item("fredon.wav", "audio"), SR)
    assert abs(len(mosaic) - len(hum)) < 0.3 * SR
    assert mosaic.dtype == np.float32
    assert np.abs(mosaic).max() == pytest.approx(10 ** (-1 / 20), rel=1e-5)
    assert kept.kinds == {"mosaic": "work", "picture": "trace"}
    assert np.array_equal(told.previews[-1], mosaic)
    assert told.steps[-1][0] == told.steps[-1][1]
    assert told.steps == sorted(told.steps)


def test_the_sound_that_drives_is_never_heard(folder, kept, told):
    run(Parameters(target="flute.wav"), folder, kept, told)

    assert "flute.wav" not in {row["file"] for row in kept.tables["grains"]}


def test_the_mosaic_is_exactly_its_traced_grains(folder, kept, told):
    run(Parameters(crossfade=5, grain=200), folder, kept, told)

    mosaic, rows = kept.sounds["mosaic"], kept.tables["grains"]
    for row, following in itertools.pairwise(rows):
        source = folder.sound(folder.item(row["file"], "audio"), SR)
        start, end = round(row["start_s"] * SR), round(row["end_s"] * SR)
        at, until = round(row["time_s"] * SR), round(following["time_s"] * SR)
        fade = round(0.011 * SR)
        heard = mosaic[at + fade : min(until, at + end - start) - fade]
        traced = source[start + fade : start + fade + len(heard)] * 10 ** (row["gain_db"] / 20)
        assert np.abs(heard - traced).max() < 1e-3


def test_a_recording_that_goes_on_is_given_back_exactly(folder, kept, told):
    run(Parameters(continuity=1.0, crossfade=50, follow_level=False), folder, kept, told)

    mosaic, rows = kept.sounds["mosaic"], kept.tables["grains"]
    runs = [(a, b) for a, b in itertools.pairwise(rows) if b["continues"]]
    assert len(runs) > len(rows) / 2
    for first, second in runs:
        assert second["file"] == first["file"]
        source = folder.sound(folder.item(first["file"], "audio"), SR)
        at, start = round(second["time_s"] * SR), round(second["start_s"] * SR)
        crossing = mosaic[at : at + 2000]
        traced = source[start : start + 2000] * 10 ** (second["gain_db"] / 20)
        assert np.abs(crossing - traced).max() < 1e-3


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_same_seed_makes_the_same_mosaic(folder, perform, seed):
    first, second = (perform(folder, seed=seed, variety=1.0) for _ in range(2))

    assert np.array_equal(first.sounds["mosaic"], second.sounds["mosaic"])
    assert np.array_equal(first.pictures["picture"], second.pictures["picture"])
    assert first.tables == second.tables


def test_another_seed_makes_another_mosaic(folder, perform):
    zero, one = perform(folder, seed=0), perform(folder, seed=1)

    assert zero.tables["grains"] != one.tables["grains"]


def test_without_chance_the_seed_changes_nothing(folder, perform):
    zero, one = perform(folder, seed=0, variety=0.0), perform(folder, seed=1, variety=0.0)

    assert zero.tables["grains"] == one.tables["grains"]


def test_continuity_lengthens_passages_and_repetition_is_avoided(folder, perform):
    scattered, continuous = perform(folder, continuity=0.0), perform(folder, continuity=1.0)
    stuttering = perform(folder, continuity=0.0, variety=0.0, repetition=0.0)
    varied = perform(folder, continuity=0.0, variety=0.0, repetition=2.0)

    assert _continued(continuous) > _continued(scattered)
    assert _different(varied) > _different(stuttering)


def test_reach_travels_further_through_the_corpus(empty_folder, perform):
    for note in range(12):
        empty_folder.add(f"{note:02}.wav", tone(110 * 2 ** (note / 2), 1.0))
    empty_folder.add("voix.wav", np.concatenate([tone(300, 0.5), tone(330, 0.5), tone(360, 0.5), tone(390, 0.5)]))
    calm = {"continuity": 0.0, "variety": 0.0, "repetition": 0.0}

    near, far = perform(empty_folder, reach=0.0, **calm), perform(empty_folder, reach=1.0, **calm)

    assert len(_files(far)) > len(_files(near))


def test_each_note_is_answered_by_the_sound_that_resembles_it(empty_folder, perform):
    empty_folder.add("voix.wav", np.concatenate([tone(220, 1.0), tone(1760, 1.0)]))
    empty_folder.add("grave.wav", tone(220, 2.0, 0.1))
    empty_folder.add("aigu.wav", tone(1760, 2.0, 0.9))

    rows = perform(empty_folder, reach=0.0, variety=0.0).tables["grains"]

    assert {row["file"] for row in rows if row["time_s"] < 0.8} == {"grave.wav"}
    assert {row["file"] for row in rows if row["time_s"] > 1.05} == {"aigu.wav"}


def test_level_follows_the_sound_that_drives(empty_folder, perform):
    swell = tone(440, 4.0) * np.linspace(0.02, 1.0, 4 * SR, dtype=np.float32)
    empty_folder.add("voix.wav", swell)
    empty_folder.add("autre.wav", tone(440, 3.0, 0.3))

    follows = perform(empty_folder).sounds["mosaic"]
    keeps = perform(empty_folder, follow_level=False).sounds["mosaic"]

    assert _rms(follows[3 * SR : -SR // 2]) > 3 * _rms(follows[SR // 4 : SR])
    assert _rms(keeps[2 * SR : 3 * SR]) == pytest.approx(_rms(keeps[SR // 2 : SR]), rel=0.3)


def test_silence_in_the_sound_that_drives_is_silence_in_the_mosaic(empty_folder, perform):
    silence = np.zeros(SR, dtype=np.float32)
    empty_folder.add("voix.wav", np.concatenate([tone(440, 1.0), silence, tone(330, 1.0)]))
    empty_folder.add("autre.wav", tone(350, 2.0))

    mosaic = perform(empty_folder).sounds["mosaic"]

    assert np.abs(mosaic[round(1.3 * SR) : round(1.7 * SR)]).max() == 0.0


def test_steady_tones_are_joined_without_clicks(empty_folder, perform):
    empty_folder.add("voix.wav", np.concatenate([tone(440, 1.0), tone(500, 1.0), tone(440, 1.0)]))
    empty_folder.add("un.wav", tone(450, 1.37))
    empty_folder.add("deux.wav", tone(500, 0.91))

    mosaic = perform(empty_folder, continuity=0.0, variety=1.0).sounds["mosaic"]

    steepest_of_a_tone = 2 * np.pi * 500 / SR
    assert np.abs(np.diff(mosaic)).max() < 2 * steepest_of_a_tone


@pytest.mark.parametrize("grain", [40, 500])
@pytest.mark.parametrize("crossfade", [5, 50])
def test_every_length_of_grain_works(folder, kept, told, grain, crossfade):
    run(Parameters(grain=grain, crossfade=crossfade, length=2), folder, kept, told)

    assert len(kept.sounds["mosaic"]) <= 2 * SR
    assert kept.tables["grains"]


def test_a_lone_sound_answers_itself_from_elsewhere(empty_folder, starter_sounds, kept, told):
    empty_folder.add("gouttes.wav", starter_sounds["gouttes.wav"])

    run(Parameters(), empty_folder, kept, told)

    assert "gouttes.wav" in told.warnings[0]
    own = [row for row in kept.tables["grains"] if abs(row["time_s"] - row["start_s"]) < 0.2]
    assert len(own) < len(kept.tables["grains"]) / 10


def test_without_a_voice_the_longest_sound_drives(empty_folder, kept, told):
    for name, seconds in [("a.wav", 1.0), ("humide.wav", 1.5), ("z.wav", 2.0)]:
        empty_folder.add(name, tone(440, seconds))

    run(Parameters(), empty_folder, kept, told)

    assert _files(kept) <= {"a.wav", "humide.wav"}


def test_a_cut_file_and_a_silent_one_are_left_aside_with_a_warning(folder, kept, told):
    (folder.folder / "coupe.wav").write_bytes((folder.folder / "vent.wav").read_bytes()[:30])
    folder.add("muet.wav", np.zeros(SR, dtype=np.float32))
    folder.add("vide.wav", np.zeros(0, dtype=np.float32))

    run(Parameters(), folder, kept, told)

    assert len(told.warnings) == 3
    assert "coupe.wav" in told.warnings[0]
    assert "muet.wav" in told.warnings[1]
    assert "vide.wav" in told.warnings[2]
    assert kept.sounds


def test_a_sound_of_5_ms_is_used_like_any_other(empty_folder, kept, told):
    empty_folder.add("voix.wav", tone(440, 1.0))
    empty_folder.add("tic.wav", tone(2000, 0.005))

    run(Parameters(), empty_folder, kept, told)

    assert {(row["file"], row["start_s"], row["end_s"]) for row in kept.tables["grains"]} == {
        ("tic.wav", 0.0, 0.004989)
    }


def test_a_sound_of_5_ms_cannot_drive(empty_folder, kept, told):
    empty_folder.add("tic.wav", tone(2000, 0.005))

    with pytest.raises(MaterialError, match=r"tic\.wav.*5 ms"):
        run(Parameters(), empty_folder, kept, told)


def test_very_quiet_and_very_loud_sounds_live_together(empty_folder, kept, told):
    empty_folder.add("voix.wav", np.concatenate([tone(440, 1.0, 0.001), tone(880, 1.0, 1.0)]))
    empty_folder.add("faible.wav", tone(440, 1.0, 0.0005))
    empty_folder.add("fort.wav", tone(880, 1.0, 1.0))

    run(Parameters(), empty_folder, kept, told)

    assert np.isfinite(kept.sounds["mosaic"]).all()
    assert np.abs(kept.sounds["mosaic"]).max() <= 0.9


def test_stereo_and_mono_are_both_read(empty_folder, kept, told):
    empty_folder.add("voix.wav", np.stack([tone(440, 1.0), tone(441, 1.0)], axis=1))
    empty_folder.add("mono.wav", tone(440, 1.0))

    run(Parameters(), empty_folder, kept, told)

    assert kept.sounds["mosaic"].ndim == 1


def test_a_silent_sound_cannot_drive(folder, kept, told):
    folder.add("muet.wav", np.zeros(SR, dtype=np.float32))

    with pytest.raises(MaterialError, match=r"muet\.wav"):
        run(Parameters(target="muet.wav"), folder, kept, told)


def test_a_sound_that_begins_with_too_long_a_silence_cannot_drive(empty_folder, kept, told):
    empty_folder.add("voix.wav", np.concatenate([np.zeros(3 * SR, dtype=np.float32), tone(440, 1.0)]))
    empty_folder.add("autre.wav", tone(440, 1.0))

    with pytest.raises(MaterialError, match=r"first 2 s of “voix\.wav” are silent"):
        run(Parameters(length=2), empty_folder, kept, told)

    run(Parameters(length=10), empty_folder, kept, told)
    assert len(kept.sounds["mosaic"]) > 3.8 * SR


def test_a_cut_sound_cannot_drive(folder, kept, told):
    (folder.folder / "coupe.wav").write_bytes(b"RIFF")

    with pytest.raises(MaterialError, match=r"coupe\.wav"):
        run(Parameters(target="coupe.wav"), folder, kept, told)


def test_an_unknown_sound_cannot_drive_and_nothing_is_read(folder, kept, told):
    with pytest.raises(NotFound):
        run(Parameters(target="absent.wav"), folder, kept, told)
    assert told.steps == []


def test_a_corpus_without_a_usable_sound_is_refused(empty_folder, kept, told):
    with pytest.raises(MaterialError, match="no sound"):
        run(Parameters(), empty_folder, kept, told)

    empty_folder.add("muet.wav", np.zeros(SR, dtype=np.float32))
    with pytest.raises(MaterialError, match="None of the sounds"):
        run(Parameters(), empty_folder, kept, told)


def test_it_stops_wherever_it_is_asked_to(folder, kept, told):
    run(Parameters(), folder, kept, told)
    for stop_after in range(0, len(told.steps) - 1, 4):
        nothing, asked = type(kept)(), type(told)(stop_after)
        with pytest.raises(Cancelled):
            run(Parameters(), folder, nothing, asked)
        assert nothing.sounds == {}


def test_a_long_sound_can_be_stopped_while_it_is_analysed(empty_folder, kept, told):
    empty_folder.add("long.wav", np.resize(tone(440, 1.0), 120 * SR))

    run(Parameters(), empty_folder, kept, told)

    assert [i for i, _ in told.steps].count(1) > 5


def test_it_is_declared_in_both_languages_without_loading_its_engine():
    assert EXPERIMENT.id == "audio.sound-mosaic"
    code = (
        "import sys, artia_lab.experiments.audio.sound_mosaic\n"
        "heavy = {'scipy', 'torch', 'librosa', 'PIL', 'numba'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_never_wakes_numba():
    code = (
        "import sys, artia_lab.experiments.audio.mosaic\n"
        "heavy = {'torch', 'librosa', 'numba'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _files(kept) -> set[str]:
    return {row["file"] for row in kept.tables["grains"]}


def _continued(kept) -> float:
    return float(np.mean([row["continues"] for row in kept.tables["grains"]]))


def _different(kept) -> int:
    return len({(row["file"], row["start_s"]) for row in kept.tables["grains"]})


def _rms(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(y))))
