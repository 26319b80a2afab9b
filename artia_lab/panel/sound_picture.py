"""A sound as a picture and as a small copy to listen to."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from artia_lab.i18n import _, decimals

LOWEST_HZ = 40
RANGE_DB = 80
COLUMNS = 1200
ROWS = 240
LISTENING_HZ = 44_100
# Rates that an MP3 may have; another is brought to LISTENING_HZ.
MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


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

    figure = Figure(figsize=(9, 3.6), dpi=110, layout="constrained", facecolor="white")
    wave, spectrum = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2.4])
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
    figure.savefig(file, format="png")
    return file.getvalue()


def listening_copy(path: Path) -> bytes:
    """Make a small copy of a sound, for a notebook.

    Parameters
    ----------
    path : Path
        A WAV.

    Returns
    -------
    bytes
        An MP3, mono or stereo.
    """
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples[:, :2]
    if rate not in MP3_RATES:
        import soxr

        samples, rate = soxr.resample(samples, rate, LISTENING_HZ), LISTENING_HZ
    file = BytesIO()
    soundfile.write(file, samples, rate, format="MP3", subtype="MPEG_LAYER_III")
    return file.getvalue()
