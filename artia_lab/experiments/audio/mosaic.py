"""The steps of a sound mosaic, from a corpus to its outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from artia_lab.errors import MaterialError
from artia_lab.experiments.audio.grain_choice import Chosen, GrainIndex, Taste, choose_grains, reach_out
from artia_lab.experiments.audio.grain_space import GrainSpace
from artia_lab.experiments.audio.mosaic_material import check_length, choose_target, read_corpus
from artia_lab.experiments.audio.mosaic_picture import draw_mosaic
from artia_lab.experiments.audio.overlap_add import PlayedGrain, follow_level, gain_to_peak, play
from artia_lab.experiments.audio.recording import STRIDES_PER_HOP, Cut, Recording, middle_level
from artia_lab.i18n import _

if TYPE_CHECKING:
    from artia_lab.experiments.audio.sound_mosaic import Parameters

SR = 44100
_AFTER_READING = 10
_OWN_MARGIN_S = 1.0


@dataclass(frozen=True)
class Palette:
    """The sounds that answer, ready to be searched.

    Attributes
    ----------
    recordings : list of Recording
        The sounds.
    space : GrainSpace
        The space of their grains.
    index : GrainIndex
        Their grains in that space.
    """

    recordings: list[Recording]
    space: GrainSpace
    index: GrainIndex

    @classmethod
    def of(cls, recordings: list[Recording]) -> Palette:
        """Find the components of some sounds and index their grains.

        Parameters
        ----------
        recordings : list of Recording
            At least one sound.

        Returns
        -------
        Palette
            The sounds, their space and their index.
        """
        space = GrainSpace.learn(recordings)
        points, audible = [space.place(r) for r in recordings], [r.audible for r in recordings]
        return cls(recordings, space, GrainIndex.build(points, audible, STRIDES_PER_HOP))


def make_mosaic(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Read, analyse, choose, play and explain.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the sounds are read.
    out : Outputs
        Receives the mosaic, its picture and the list of its grains.
    report : Report
        Told how it goes.

    Raises
    ------
    NotFound
        If the sound that drives is not in the corpus.
    MaterialError
        If the corpus has no sound that can be used, or the one that drives is too short, or silent as far as
        it is followed.
    """
    cut = Cut.of(SR, parameters.grain, parameters.crossfade)
    if parameters.target:
        corpus.item(parameters.target, "audio")
    steps = len(corpus.items("audio")) + _AFTER_READING
    recordings = read_corpus(corpus, parameters.target, cut, report, steps)
    driving = choose_target(recordings, parameters.target)
    check_length(driving, cut, parameters.grain)
    grains_from = [r for r in recordings if r is not driving]
    alone = not grains_from
    if alone:
        report.warn(_("“{file}” is the only sound here: it drives and answers itself.").format(file=driving.file))
        grains_from = [driving]

    def _tick(done: float) -> None:
        report.step(steps - _AFTER_READING + 1 + int(done * (_AFTER_READING - 2)), steps)

    slots = min(len(driving.samples) // cut.hop, int(parameters.length * SR / cut.hop) - 1)
    if not driving.audible[: slots * STRIDES_PER_HOP : STRIDES_PER_HOP].any():
        raise MaterialError(
            _(
                "The first {length} s of “{file}” are silent, so nothing can answer them. "
                "Cut that silence off, or allow a longer duration."
            ).format(length=parameters.length, file=driving.file)
        )
    palette = Palette.of(grains_from)
    played, chosen = answer(parameters, driving, palette, alone, cut, slots, _tick)
    mosaic = play(played, grains_from, cut, slots, lambda: _tick(1.0))
    loudness = gain_to_peak(mosaic)
    mosaic *= np.float32(loudness)
    report.step(
        steps,
        steps,
        grains=float(len(played)),
        files=float(len({grain.recording for grain in played})),
        continued=float(chosen.continues.mean()),
    )
    report.preview(mosaic, sr=SR)
    out.audio(mosaic, SR, name="mosaic", kind="work")
    out.image(draw_mosaic(driving, grains_from, played, mosaic, cut), name="picture", kind="trace")
    out.table([trace(grain, grains_from, cut, loudness) for grain in played], name="grains")


def answer(
    parameters: Parameters,
    driving: Recording,
    palette: Palette,
    alone: bool,
    cut: Cut,
    slots: int,
    tick: Callable[[float], None],
) -> tuple[list[PlayedGrain], Chosen]:
    """Choose the grains that answer a driving sound.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    driving : Recording
        The sound that drives.
    palette : Palette
        The sounds that answer.
    alone : bool
        Whether the driving sound answers itself.
    cut : Cut
        How sounds are cut.
    slots : int
        How many moments to answer.
    tick : callable
        Called often with the share done; may raise to interrupt.

    Returns
    -------
    played : list of PlayedGrain
        The grains in order; moments of silence have none.
    chosen : Chosen
        How each was chosen.
    """
    recordings, space, index = palette.recordings, palette.space, palette.index
    heard = driving.audible[: slots * STRIDES_PER_HOP : STRIDES_PER_HOP]
    moments = np.flatnonzero(heard)
    target_level = middle_level([driving])
    target = reach_out(
        space.place(driving, target_level)[moments * STRIDES_PER_HOP], index.points, parameters.reach
    )
    own = moments * STRIDES_PER_HOP if alone else None
    own_margin = min(round(_OWN_MARGIN_S * SR / cut.stride), len(driving.level) // 4)
    chosen = choose_grains(
        index,
        target,
        np.diff(moments, prepend=-9) == 1,
        Taste(2 * parameters.continuity**2, parameters.variety, parameters.repetition),
        np.random.default_rng(parameters.seed),
        own,
        own_margin,
        tick,
    )
    numbers, strides = index.recording[chosen.grain], index.stride[chosen.grain]
    gains = np.ones(len(moments))
    if parameters.follow_level:
        places = list(zip(numbers, strides, strict=True))
        natural = np.array([recordings[n].level[s] for n, s in places])
        peaks = np.array([np.abs(recordings[n].between(s * cut.stride, cut.grain)).max() for n, s in places])
        wanted = driving.level[moments * STRIDES_PER_HOP] + (space.reference_db - target_level)
        gains = follow_level(wanted, natural, peaks)
    played = [
        PlayedGrain(
            int(slot), int(number), int(stride) * cut.stride, float(gain), bool(continues), float(distance)
        )
        for slot, number, stride, gain, continues, distance in zip(
            moments, numbers, strides, gains, chosen.continues, chosen.distance, strict=True
        )
    ]
    return played, chosen


def trace(grain: PlayedGrain, recordings: list[Recording], cut: Cut, loudness: float) -> dict[str, Any]:
    """Say where a grain of the mosaic comes from.

    Parameters
    ----------
    grain : PlayedGrain
        The grain.
    recordings : list of Recording
        What it comes from.
    cut : Cut
        How sounds are cut.
    loudness : float
        Gain of the whole mosaic.

    Returns
    -------
    dict
        Its time in the mosaic, file, start and end there (s), gain (dB), distance to what it answers, and
        whether it continues the grain before.
    """
    recording = recordings[grain.recording]
    end = min(grain.start + cut.grain, len(recording.samples))
    return {
        "time_s": round(grain.slot * cut.hop / cut.sr, 6),
        "file": recording.file,
        "start_s": round(grain.start / cut.sr, 6),
        "end_s": round(end / cut.sr, 6),
        "gain_db": round(20 * float(np.log10(max(grain.gain * loudness, 1e-9))), 3),
        "distance": round(grain.distance, 5),
        "continues": grain.continues,
    }
