"""Likeness of sounds: the passages of an output that hold the same recordings as a corpus.

An output is laid on every sound of the corpus at every place and at many speeds. Where the two agree in phase
band by band far beyond what chance, or another take of the same instrument, would give, the passage is a
copy: trimmed, louder, elsewhere in time, coded otherwise, played faster or slower; or transposed with its tempo
kept, which is judged by how the levels flicker, up to 16 kHz. What is too short or too plain to carry evidence, a
click, a low thud, a pure tone, is called a copy only where it is one sample for sample. What is then not accounted
for is listened to at its full rate, up to all the frequencies it holds, for items mixed under other sounds
(`artia_lab.likeness.sound_mixture`).

What it does not see: a performance imitated or played again, a sound stretched in time, reverberation that
drowns a sound, transposed copies mixed under other sounds, and less than about 0.04 s of an altered sound. Under
other sounds it misses what is masked nearly everywhere: a pure tone, which fits as well one period later; a low
thud under what is as low; and what a noise as wide as itself covers. It needs evidence of 10:
some 40 independent values (twice a bandwidth times a time) where the item is 10 dB over the rest, some 450 where
it is 6 dB under it. Beside a corpus so large that it would take too long, it listens to lower frequencies only,
then no longer under other sounds (`artia_lab.likeness.sound_under.rate_affordable`). Nor can it tell apart two
pure synthetic tones of exactly one pitch: it takes them for one recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from artia_lab.likeness.result import COPY, DISTINCT, NEAR, Likeness, Neighbour, nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from artia_lab.likeness.sound_passages import Heard, Passage

METHOD = "same-recordings-1"
NEAREST = 5


def sound(y: NDArray, sr: float, references: Mapping[str, NDArray]) -> Likeness:
    """Measure how near a sound is to a corpus of sounds.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The output, in [-1, 1].
    sr : number > 0 [scalar]
        Its sampling rate, in Hz, which the references share.
    references : Mapping of str to np.ndarray [shape=(n,) or (channels, n)]
        Sounds of the corpus by file name.

    Returns
    -------
    Likeness
        Nearness is the share of the output's sounding time that lies in copied passages. ``longest_run_s``:
        seconds of the longest one. ``sounding_s``: seconds of the output that are not silent.
        ``items_copied``: how many items have a copied passage. ``evidence``: of the surest passage, as in
        `artia_lab.likeness.sound_evidence`. ``plain``: 1 when the output is so short or so plain that no copy
        could be told. Each neighbour's ``at`` gives its longest passage: ``start_s`` and
        ``length_s`` in the item, ``of_start_s`` and ``of_length_s`` in the output, and ``semitones`` when it
        is transposed; its kind is one of those of `artia_lab.likeness.sound_kinds`.

    Raises
    ------
    ValueError
        If `sr` is not positive.
    """
    from threadpoolctl import threadpool_limits

    from artia_lab.likeness.sound_passages import Heard
    from artia_lab.likeness.sound_search import find
    from artia_lab.likeness.sound_signal import RATE_HZ

    if sr <= 0:
        raise ValueError(f"a sampling rate of {sr} Hz")
    output = Heard(y, sr)
    sounding = int(output.sounding.sum())
    counted = {"sounding_s": sounding / RATE_HZ, "references": len(references)}
    if not sounding or not references:
        return nothing("audio", METHOD, longest_run_s=0.0, items_copied=0, evidence=0.0, plain=0.0, **counted)
    # The products are small: several threads would wait for one another longer than they would work.
    with threadpool_limits(1):
        passages = find(output, references)
    sure = [passage for passage in passages if passage.sure]
    return Likeness(
        "audio",
        METHOD,
        float(output.covered(sure).sum() / sounding),
        {
            "longest_run_s": max((passage.length_s for passage in sure), default=0.0),
            "items_copied": len({passage.item for passage in sure}),
            "evidence": max((passage.evidence for passage in passages), default=0.0),
            "plain": float(not passages and output.plain()),
            **counted,
        },
        _neighbours(output, sure or passages, references),
        COPY if sure else NEAR if passages else DISTINCT,
    )


def _neighbours(
    output: Heard, passages: list[Passage], references: Mapping[str, NDArray]
) -> tuple[Neighbour, ...]:
    from artia_lab.likeness.sound_kinds import kind

    by_item: dict[str, list[Passage]] = {}
    for passage in passages:
        by_item.setdefault(passage.item, []).append(passage)
    shares = {item: float(output.covered(mine).sum() / output.sounding.sum()) for item, mine in by_item.items()}
    surest = {item: max(passage.evidence for passage in mine) for item, mine in by_item.items()}
    nearest = []
    # Two items may hold one recording: of those that fill as much of the output, the one it agrees with best.
    for item in sorted(by_item, key=lambda item: (-round(shares[item], 1), -surest[item], item))[:NEAREST]:
        longest = max(by_item[item], key=lambda passage: (passage.length_s, passage.evidence))
        at: dict[str, float | int | list[float]] = {
            "start_s": longest.start_s,
            "length_s": longest.stop_s - longest.start_s,
            "of_start_s": longest.of_start_s,
            "of_length_s": longest.length_s,
        }
        if longest.semitones:
            at["semitones"] = longest.semitones
        told = kind(output, longest, references[item]) if longest.sure else ""
        nearest.append(Neighbour(item, at, shares[item], told))
    return tuple(nearest)
