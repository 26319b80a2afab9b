"""The tier that the difference between two environments lets one expect of the outputs.

Only what can change a sum counts: how its terms are added (instruction set, threads, device) and what adds them
(versions). How far it may go depends on what the experiment declares that rounding becomes in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from artia_lab.errors import ArtiaError
from artia_lab.i18n import _, visible
from artia_lab.runs.environment import THREAD_VARIABLES, Difference, differences
from artia_lab.verify.finding import IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL
from artia_lab.verify.result import Expectation, worst

PACKAGES = (
    "artia-lab", "diffusers", "librosa", "matplotlib", "numpy", "pillow", "safetensors", "scikit-image", "scipy",
    "soundfile", "soxr", "torch",
)  # fmt: skip
INSTRUCTIONS = ("cpu.blas", "cpu.capability", "cpu.flags", "cpu.model", "cpu.numpy", "platform.machine")
GRAPHICS = ("device.capability", "device.cuda", "device.cudnn", "device.names")
SYSTEMS = ("platform.libc", "platform.system", "python.implementation")

# What may be expected of works and of traces, by what rounding becomes in the experiment. Measured on the library
# (tests/benchmarks/calibration.py): at a lower instruction set, works that choose stay equal to the eye and to the
# ear while the list of what was chosen does not; other versions may bring another algorithm.
EXCUSED: dict[str, dict[str, tuple[str, str]]] = {
    "threads": {
        "stays": (NUMERIC, NUMERIC),
        "chooses": (PERCEPTUAL, STATISTICAL),
        "grows": (STATISTICAL, STATISTICAL),
    },
    "instructions": {
        "stays": (NUMERIC, NUMERIC),
        "chooses": (PERCEPTUAL, STATISTICAL),
        "grows": (STATISTICAL, STATISTICAL),
    },
    "versions": {
        "stays": (PERCEPTUAL, PERCEPTUAL),
        "chooses": (STATISTICAL, STATISTICAL),
        "grows": (STATISTICAL, STATISTICAL),
    },
    "device": {
        "stays": (PERCEPTUAL, PERCEPTUAL),
        "chooses": (STATISTICAL, STATISTICAL),
        "grows": (STATISTICAL, STATISTICAL),
    },
}


def expected(
    reference_environment: Mapping[str, Any] | None, new_environment: Mapping[str, Any] | None, experiment: str
) -> Expectation:
    """Derive the tier to expect of a run that was made again.

    Parameters
    ----------
    reference_environment, new_environment : mapping or None
        As `artia_lab.runs.environment.describe` gives them, perhaps read back from a record.
    experiment : str
        Id of the experiment; of one that is not installed nothing is excused but the last bits.

    Returns
    -------
    Expectation
        The worst tier that does not fail, for works and for what explains them, and why.
    """
    if not reference_environment or not new_environment:
        why = _("Nothing says what one of the two was made with, so the same outputs are expected.")
        return Expectation(IDENTICAL, (why,))
    changed = differences(dict(reference_environment), dict(new_environment))
    found = [(kind, said) for kind, notice in NOTICED.items() if (said := notice(changed))]
    if not found:
        return Expectation(IDENTICAL, (_("Both were made in the same way on the same kind of machine."),))
    rounding = _rounding(experiment)
    excused = [EXCUSED[kind][rounding] for kind, _said in found]
    reasons = [*(said for _kind, said in found), _becomes(rounding)]
    return Expectation(
        worst(work for work, _trace in excused), tuple(reasons), worst(trace for _w, trace in excused)
    )


def _threads(changed: Sequence[Difference]) -> str:
    """Compare how many threads each library computes with, where both sides say it."""
    pools = [each for each in changed if each.name.startswith("threads.") and None not in each[1:]]
    counted = [each for each in pools if each.name.partition(".")[2] not in THREAD_VARIABLES] or pools
    if not counted:
        return ""
    before, after = (max((str(each[side]) for each in counted), key=_count) for side in (1, 2))
    said = _("The number of threads is {after}, not {before}: sums add up in another order.")
    return said.format(after=_short(after), before=_short(before))


def _count(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 10 else 0


def _instructions(changed: Sequence[Difference]) -> str:
    # What one of them could not say, such as the capability of a torch that was not loaded, is no difference.
    found = [each for each in changed if each.name in INSTRUCTIONS and each.before and each.after]
    if not found:
        return ""
    told = sorted(found, key=lambda each: ("cpu.capability", "cpu.model").index(each.name)
                  if each.name in ("cpu.capability", "cpu.model") else 2)[0]  # fmt: skip
    said = _("Its processor, or the instructions used of it, are others ({after}, not {before}): sums round "
             "otherwise.")  # fmt: skip
    return said.format(after=_short(told.after), before=_short(told.before))


def _device(changed: Sequence[Difference]) -> str:
    for each in changed:
        if each.name == "device.kind":
            return _("It was made on the {after} where the reference was made on the {before}.").format(
                after=_DEVICES.get(str(each.after), _short(each.after)),
                before=_DEVICES.get(str(each.before), _short(each.before)),
            )
    for each in changed:
        if each.name in GRAPHICS:
            said = _("Its graphics processor or its software is another ({after}, not {before}).")
            return said.format(after=_short(each.after), before=_short(each.before))
    return ""


def _versions(changed: Sequence[Difference]) -> str:
    names = [each for each in changed if each.name in SYSTEMS]
    packages = {f"packages.versions.{name}" for name in PACKAGES}
    names += [each for each in changed if each.name in packages]
    # Only the first two numbers of Python's own version bring other behaviour.
    names += [each for each in changed
              if each.name == "python.version" and _minor(each.before) != _minor(each.after)]  # fmt: skip
    if not names:
        return ""
    told = ", ".join(
        f"{each.name.split('.')[-1]} {_short(each.after)} ≠ {_short(each.before)}" for each in names[:5]
    )
    return _("Other versions may compute otherwise: {list}.").format(list=told + (" …" if len(names) > 5 else ""))


NOTICED: dict[str, Callable[[Sequence[Difference]], str]] = {
    "device": _device,
    "instructions": _instructions,
    "threads": _threads,
    "versions": _versions,
}
_DEVICES = {"cpu": "CPU", "cuda": "GPU"}


def _minor(version: Any) -> list[str]:
    return str(version).split(".")[:2]


def _short(value: Any) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return visible(text[:60] + ("…" if len(text) > 60 else ""))


def _rounding(experiment: str) -> str:
    from artia_lab import experiments

    try:
        return experiments.load(experiment).rounding
    except ArtiaError:
        return "stays"


def _becomes(rounding: str) -> str:
    return {
        "stays": _("In this experiment, last bits stay last bits."),
        "chooses": _("In this experiment, last bits may choose between candidates that are all but equal."),
        "grows": _("In this experiment, last bits grow, step after step, into another work of the same kind."),
    }[rounding]
