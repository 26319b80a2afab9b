"""Two models: which of the five tiers their tensors reach."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from artia_lab.i18n import _, decimals
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL, Finding, within
from artia_lab.verify.opening import Tensors
from artia_lab.verify.texts import compare_texts
from artia_lab.verify.thresholds import MODEL_NUMERIC, MODEL_PERCEPTUAL, MODEL_STATISTICAL

if TYPE_CHECKING:
    import numpy as np

QUANTILES = 65


def compare_models(reference: Tensors, new: Tensors) -> Finding:
    """Compare two models, tensor by tensor.

    Parameters
    ----------
    reference, new : Tensors
        As `artia_lab.verify.opening.decode` gives them.

    Returns
    -------
    Finding
        The tier, its measures and why. A model is neither seen nor heard: perceptually equal stands for weights
        that are near enough to make the same works.
    """
    shapes = [
        {name: (side.dtypes[name], t.shape) for name, t in side.tensors.items()} for side in (reference, new)
    ]
    if shapes[0] != shapes[1]:
        changed = sorted(name for name in shapes[0].keys() | shapes[1].keys()
                         if shapes[0].get(name) != shapes[1].get(name))  # fmt: skip
        said = _("It has other tensors than the reference: {names}.")
        return Finding(
            DIFFERENT, {}, said.format(names=", ".join(changed[:5]) + (" …" if len(changed) > 5 else ""))
        )
    built, taught = zip(*(_told(side.metadata) for side in (reference, new)), strict=True)
    architecture, training = compare_texts(*built), compare_texts(*taught)
    if architecture.verdict in (STATISTICAL, DIFFERENT):
        return Finding(DIFFERENT, {}, _("Its architecture is another. {why}").format(why=architecture.reason))
    pairs = [(reference.tensors[name], new.tensors[name]) for name in reference.tensors]
    told_alike = architecture.verdict == training.verdict == IDENTICAL
    if told_alike and all(_bits(a) == _bits(b) for a, b in pairs):
        return Finding(IDENTICAL, {}, _("Every bit of its tensors is the same."))
    undefined = [name for name in reference.tensors if _undefined(new.tensors[name], reference.tensors[name])]
    if undefined:
        said = _("Numbers are infinite or undefined where those of the reference are not, in: {names}.")
        return Finding(DIFFERENT, {}, said.format(names=", ".join(undefined[:5])))
    found = _weights(pairs)
    if training.verdict in (STATISTICAL, DIFFERENT) and found.verdict in (NUMERIC, PERCEPTUAL):
        said = _("Its weights are near, and it was trained otherwise. {why}")
        return Finding(STATISTICAL, found.measures, said.format(why=training.reason))
    return found


def _weights(pairs: list[tuple[np.ndarray, np.ndarray]]) -> Finding:
    import numpy as np

    each = [of_tensor(a, b) for a, b in pairs if a.size and not np.array_equal(a, b)]
    measures = (
        {name: (min if name == "snr_db" else max)(one[name] for one in each) for name in each[0]} if each else {}
    )
    measures = {"snr_db": 200.0, "largest": 0.0, "distribution": 0.0} | measures
    figures = {"snr": decimals(f"{measures['snr_db']:.0f}")}
    if within(measures, MODEL_NUMERIC):
        return Finding(NUMERIC, measures, _("Its weights differ by rounding: {snr} dB less than their size.")
                       .format(**figures))  # fmt: skip
    if within(measures, MODEL_PERCEPTUAL):
        return Finding(PERCEPTUAL, measures, _("Its weights are near enough to make the same works: {snr} dB.")
                       .format(**figures))  # fmt: skip
    figures["apart"] = decimals(f"{measures['distribution']:.2f}")
    if within(measures, MODEL_STATISTICAL):
        said = _("Other weights, spread alike: the tensor farthest apart is by {apart} of its deviation.")
        return Finding(STATISTICAL, measures, said.format(**figures))
    said = _("It is another model: a tensor is apart by {apart} of its deviation.")
    return Finding(DIFFERENT, measures, said.format(**figures))


def of_tensor(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Measure how two tensors differ.

    Parameters
    ----------
    a, b : np.ndarray
        Of one shape.

    Returns
    -------
    dict of str to float
        ``snr_db``, how much less the difference is than the tensor; ``largest``, the largest difference by the
        largest value; ``distribution``, the mean difference of quantiles by the deviation.
    """
    import numpy as np

    one, other = (np.nan_to_num(each.astype(np.float64).ravel()) for each in (a, b))
    noise, signal = float(np.square(one - other).sum()), float(np.square(one).sum())
    grid = np.linspace(0, 1, QUANTILES)
    deviation = float(np.sqrt((one.var() + other.var()) / 2)) or float(np.abs(one).max()) or 1.0
    gap = float(np.abs(np.quantile(one, grid) - np.quantile(other, grid)).mean())
    return {
        "snr_db": float(np.clip(10 * np.log10(max(signal, 1e-300) / max(noise, 1e-300)), -200.0, 200.0)),
        "largest": float(np.abs(one - other).max() / (np.abs(one).max() or 1.0)),
        "distribution": gap / deviation,
    }


def _undefined(new: np.ndarray, reference: np.ndarray) -> bool:
    import numpy as np

    return bool(new.dtype.kind == "f" and (~np.isfinite(new) & np.isfinite(reference)).any())


def _bits(tensor: np.ndarray) -> bytes:
    return bytes(tensor.tobytes())


def _told(metadata: dict[str, str]) -> tuple[str, str]:
    """What a model says of how it is built, and of how its training went, whatever the order of keys."""
    told = {key: _read(text) for key, text in metadata.items()}
    built = told.get("architecture")
    # The precision of its products follows from the machine, unless somebody chose it: then a parameter says so.
    aside = {key: built.pop(key, None) if isinstance(built, dict) else None for key in ("precision", "training")}
    built, taught = (json.dumps(each, sort_keys=True, ensure_ascii=False) for each in (told, aside))
    return built, taught


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
