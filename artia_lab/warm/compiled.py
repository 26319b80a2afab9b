"""What numba compiled, kept in the environment for everyone who works in it.

numba compiles librosa's loops when they are imported or first called, which takes half a minute, and keeps the
result beside their source, in ``__pycache__``. Afterwards it reads only the caches that it could also write: where
the environment is somebody else's, each person would wait again. `share` makes it read that ``__pycache__`` all
the same, as Python does with its own compiled files; what is missing there is compiled once, for the person's own
cache.

numba calls `share` by the entry point ``numba_extensions``, in every process of this environment that compiles or
loads, and only then: no variable leaks into other environments, and who does without numba pays nothing. Each
index carries numba's version, a hash of the source and the kind of processor, and is not used under another.

``python -m artia_lab.warm.compiled``, run by whoever installs, fills the environment.
"""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def share() -> None:
    """Make numba read what is compiled in an environment that this person may not write to.

    A cache that is damaged, or cannot be written, then costs a compilation instead of an error.
    """
    from numba.core import caching

    cache_class: Any = caching.Cache
    load_own, save_own = cache_class._load_overload, cache_class._save_overload

    def _load(cache: Any, signature: Any, target: Any) -> Any:
        try:
            found = load_own(cache, signature, target)
        except Exception as error:
            # Reading what is damaged may raise anything; saving would read it again, so it is emptied.
            log.info("compiled again, as the cache of %s is damaged: %r", cache, error)
            found = None
            with contextlib.suppress(OSError):
                cache.flush()
        try:
            return _load_shared(cache, signature, target) if found is None else found
        except Exception as error:
            log.info("compiled again, as the environment's cache of %s is damaged: %r", cache, error)
            return None

    def _save(cache: Any, signature: Any, compiled: Any) -> None:
        try:
            save_own(cache, signature, compiled)
        except OSError as error:
            log.info("compiled code of %s is not kept: %s", cache, error)

    cache_class._load_overload, cache_class._save_overload = _load, _save


def _load_shared(cache: Any, signature: Any, target: Any) -> Any:
    """Load compiled code from beside its source, where numba itself would not look."""
    from numba.core.caching import IndexDataCacheFile, UserWideCacheLocator

    locator = cache._impl.locator
    # With any other locator numba has just looked there, or the person has chosen another place.
    if not cache._enabled or not isinstance(locator, UserWideCacheLocator):
        return None
    source = Path(locator._py_file)
    folder, name = source.parent / "__pycache__", cache._impl.filename_base
    if not trusted(folder, name, source):
        return None
    stored = IndexDataCacheFile(str(folder), name, locator.get_source_stamp())
    reduced = stored.load(cache._index_key(signature, target.codegen()))
    return None if reduced is None else cache._impl.rebuild(target, reduced)


def trusted(folder: Path, name: str, source: Path) -> bool:
    """Tell whether compiled code may be loaded: numba's files are pickles, and whoever wrote them runs as us.

    Parameters
    ----------
    folder : Path
        Where the compiled code is.
    name : str
        How the names of its files begin.
    source : Path
        The file it was compiled from, which its owner could change anyway.

    Returns
    -------
    bool
        Whether the folder and these files exist, and only root, we or the owner of the source can write to them.
    """
    files = glob.glob(f"{glob.escape(str(folder / name))}.*")
    try:
        owners = {0, os.getuid(), source.stat().st_uid}
        found = [os.stat(path) for path in (str(folder), *files)]
    except OSError:
        return False
    return bool(files) and all(each.st_uid in owners and not each.st_mode & OTHERS_WRITE for each in found)


def fill() -> Path:
    """Compile what librosa's usual first calls need, where it is missing.

    Returns
    -------
    Path
        The folder of librosa: when this person may write there, the compiled code is now in it for everyone; when
        not, in their own cache.
    """
    import librosa
    import numpy as np

    for kind in (np.float32, np.float64):
        sound = np.random.default_rng(0).normal(0, 0.1, 22050).astype(kind)
        _call_sounds(sound)
        _call_features(np.abs(librosa.stft(sound)))
    _call_events()
    folder = Path(librosa.__file__).parent
    close_to_others(folder)
    return folder


def close_to_others(folder: Path) -> None:
    """Withdraw from others the right to change what is compiled, where it is ours: only then is it `trusted`.

    Parameters
    ----------
    folder : Path
        A package. On many systems what one makes in it is writable by one's group.
    """
    for cache in folder.rglob("__pycache__"):
        for path in (cache, *cache.glob("*.nb[ci]")):
            found = path.stat()
            if found.st_uid == os.getuid():
                path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS_WRITE)


def _call_sounds(sound: np.ndarray) -> None:
    """Call what transforms, stretches or listens to a sound."""
    import librosa
    import numpy as np

    for channels in (sound, np.stack([sound, sound])):
        librosa.effects.time_stretch(channels, rate=1.2)
    librosa.effects.hpss(sound)
    librosa.effects.trim(sound)
    librosa.effects.remix(sound, librosa.util.frame(np.arange(0, 16384, 4096), frame_length=2, hop_length=1).T)
    librosa.griffinlim(abs(librosa.stft(sound)), n_iter=1)
    librosa.icqt(librosa.cqt(sound, fmin=220, n_bins=36), fmin=220)
    librosa.lpc(sound, order=8)
    librosa.pyin(sound, fmin=65, fmax=500)
    librosa.yin(sound, fmin=65, fmax=500)
    librosa.piptrack(y=sound)
    librosa.onset.onset_detect(y=sound, backtrack=True)
    librosa.beat.beat_track(y=sound)
    librosa.beat.plp(y=sound, win_length=16)


def _call_features(spectrum: np.ndarray) -> None:
    """Call what compares or aligns the frames of a sound: [bins, frames]."""
    import librosa
    import numpy as np

    frames = librosa.feature.melspectrogram(S=spectrum, n_mels=16)
    for layout in (frames, np.asfortranarray(frames), np.ascontiguousarray(frames)):
        librosa.feature.stack_memory(layout)
    for subsequence in (True, False):
        librosa.sequence.dtw(frames, frames, subseq=subsequence)
    similar = librosa.segment.recurrence_matrix(frames, mode="affinity", sym=True)
    librosa.sequence.rqa(similar)
    librosa.segment.lag_to_recurrence(librosa.segment.recurrence_to_lag(similar))
    likely = np.full((2, frames.shape[1]), 0.5)
    librosa.sequence.viterbi(likely, librosa.sequence.transition_loop(2, 0.9))
    librosa.util.count_unique(frames)
    librosa.util.is_unique(frames)
    librosa.f0_harmonics(
        spectrum, freqs=librosa.fft_frequencies(), f0=np.full(frames.shape[1], 220.0), harmonics=[1]
    )


def _call_events() -> None:
    """Call what matches times and names intervals."""
    import librosa
    import numpy as np

    times = np.arange(4.0)
    for events in (times, times.astype(int)):
        librosa.util.match_events(events, events)
    for spans in (np.stack([times, times + 1], axis=1), np.array([[0, 1], [1, 2]])):
        for strict in (True, False):
            librosa.util.match_intervals(spans, spans, strict=strict)
    librosa.interval_to_fjs([1, 3 / 2])


def main() -> None:
    """Fill the environment, and say in one line for whom."""
    from artia_lab.i18n import _

    os.umask(0o022)
    folder = fill()
    if os.access(folder, os.W_OK):
        print(_("librosa is compiled, for everyone who works in this environment."))
    else:
        print(
            _("librosa is compiled. What this environment lacked is in your own cache: you may not write to it.")
        )


if __name__ == "__main__":
    main()
