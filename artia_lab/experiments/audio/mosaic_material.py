"""Gather what a sound mosaic is made from: the sounds of a corpus, and the one among them that drives."""

from __future__ import annotations

import re
from typing import Any

from artia_lab.errors import MaterialError
from artia_lab.experiments.audio.recording import Cut, Recording, analyse
from artia_lab.i18n import _

VOICE_NAMES = re.compile(
    r"(?<![^\W\d_])(voix|voices?|fredon\w*|hum|humming|chants?|vocals?|speech)(?![^\W\d_])", re.I
)


def read_corpus(corpus: Any, indispensable: str, cut: Cut, report: Any, steps: int) -> list[Recording]:
    """Read and analyse every sound of a corpus, one at a time.

    Parameters
    ----------
    corpus : CorpusReader
        Where the sounds are read.
    indispensable : str
        Name of the sound that cannot be left aside, or "".
    cut : Cut
        How sounds are cut.
    report : Report
        Told of each sound, and warned of those left aside.
    steps : int
        How many steps the whole work counts.

    Returns
    -------
    list of Recording
        The sounds that can be used, in the order of the corpus.

    Raises
    ------
    MaterialError
        If none can be used, or the indispensable one cannot be read.
    """
    recordings = []
    items = corpus.items("audio")
    for i, item in enumerate(items, start=1):
        report.step(i, steps)
        try:
            y = corpus.sound(item, cut.sr)
        except MaterialError as error:
            if item.file == indispensable:
                raise
            report.warn(str(error))
            continue
        recording = analyse(item.file, y, cut, lambda i=i: report.step(i, steps))  # type: ignore[misc]
        if recording is None:
            report.warn(_("“{file}” is silent, so it was left aside.").format(file=item.file))
        else:
            recordings.append(recording)
    if not items:
        raise MaterialError(_("This corpus holds no sound. Add sounds to its folder, then try once more."))
    if not recordings:
        raise MaterialError(
            _(
                "None of the sounds of this corpus can be used: they are silent or unreadable. "
                "Add others, then try once more."
            )
        )
    return recordings


def choose_target(recordings: list[Recording], file: str) -> Recording:
    """Find the sound that drives.

    Parameters
    ----------
    recordings : list of Recording
        At least one sound.
    file : str
        Its name, or "" for one whose name suggests a voice, or else the longest.

    Returns
    -------
    Recording
        One of the sounds.

    Raises
    ------
    MaterialError
        If the sound named is silent.
    """
    if file:
        for recording in recordings:
            if recording.file == file:
                return recording
        raise MaterialError(
            _("“{file}” cannot drive a mosaic: it is silent. Choose another sound.").format(file=file)
        )
    for recording in recordings:
        if VOICE_NAMES.search(recording.file):
            return recording
    return max(recordings, key=lambda recording: len(recording.samples))


def check_length(driving: Recording, cut: Cut, grain_ms: int) -> None:
    """Refuse a driving sound shorter than a grain.

    Parameters
    ----------
    driving : Recording
        The sound that drives.
    cut : Cut
        How sounds are cut.
    grain_ms : int
        Length of a grain in milliseconds.

    Raises
    ------
    MaterialError
        If the sound is too short.
    """
    if len(driving.samples) < cut.hop:
        raise MaterialError(
            _(
                "“{file}” lasts {duration:.0f} ms, less than one grain of {grain} ms: it cannot drive a mosaic. "
                "Choose a longer sound or shorter grains."
            ).format(file=driving.file, duration=1000 * len(driving.samples) / cut.sr, grain=grain_ms)
        )
