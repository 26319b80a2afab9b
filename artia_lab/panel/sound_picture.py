"""A sound as a picture: its waveform and its spectrum."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from artia_lab.i18n import _, decimals

LOWEST_HZ = 40
RANGE_DB = 80
COLUMNS = 1200
ROWS = 240


def portrait(path: Path) -> bytes:
    """Draw the waveform of a sound above its spectrum, with axes in the language in force.

    Parameters
    ----------
    path : Path
        A WAV.

    Returns
    -------
    bytes
        A PNG.
    """
    import numpy as np
    import soundfile
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = samples.mean(axis=1)
    seconds = len(sound) / rate
    size = 2 ** int(np.clip(np.log2(rate * 0.04), 6, 12))
    padded = np.pad(sound, size // 2)
    starts = np.linspace(0, max(0, len(padded) - size), min(COLUMNS, max(2, len(sound) * 4 // size))).astype(int)
    frames = padded[starts[:, None] + np.arange(size)] * np.hanning(size)
    strength = np.abs(np.fft.rfft(frames, axis=1)).T
    # Rows at equal musical intervals, as ears hear them.
    heights = np.geomspace(LOWEST_HZ, rate / 2, ROWS)
    places = heights / (rate / size)
    low = np.minimum(places.astype(int), len(strength) - 2)
    part = (places - low)[:, None]
    power = 20 * np.log10(strength[low] * (1 - part) + strength[low + 1] * part + 1e-7)

    # Margins that fit these labels; matplotlib's own layouts draw everything twice to find them.
    figure = Figure(figsize=(9, 3.6), dpi=110, facecolor="white")
    margins = {"left": 0.095, "right": 0.985, "top": 0.97, "bottom": 0.13, "hspace": 0.1}
    wave, spectrum = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2.4], gridspec_kw=margins)
    parts = np.array_split(sound, min(COLUMNS, len(sound)))
    times = np.linspace(0, seconds, len(parts))
    wave.fill_between(
        times, [part.min() for part in parts], [part.max() for part in parts], color="#1f5f6b", linewidth=0.6
    )
    wave.set(ylim=(-1, 1), ylabel=_("Level"), yticks=[-1, 0, 1])
    spectrum.imshow(
        power,
        origin="lower",
        aspect="auto",
        extent=(0, seconds, 0, ROWS),
        cmap="magma",
        vmin=power.max() - RANGE_DB,
        vmax=power.max(),
    )
    spectrum.set(xlim=(0, seconds), xlabel=_("Time (s)"), ylabel=_("Frequency (Hz)"))
    spectrum.xaxis.set_major_locator(MaxNLocator(8))
    ticks = [tick for tick in (100, 300, 1000, 3000, 10_000) if tick < rate / 2]
    spectrum.set_yticks(np.interp(np.log(ticks), np.log(heights), np.arange(ROWS)), [str(tick) for tick in ticks])
    spectrum.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: decimals(f"{value:g}")))
    for axes in (wave, spectrum):
        axes.spines[["top", "right"]].set_visible(False)
    file = BytesIO()
    # 2 % larger than by default, and compressed in half the time.
    figure.savefig(file, format="png", pil_kwargs={"compress_level": 4})
    return file.getvalue()
