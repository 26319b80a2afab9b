"""The tier to expect: only what can change a sum lowers it, and as far as the experiment declares."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from artia_lab import experiments
from artia_lab.runs.environment import describe
from artia_lab.verify import Expectation, expected

MOSAIC, KEYBOARD, MODEL = "image.self-mosaic", "text.corpus-keyboard", "image.small-model"
HERE: dict[str, Any] = {
    "python": {"version": "3.11.2", "implementation": "CPython"},
    "platform": {"system": "Linux", "release": "6.1", "machine": "x86_64", "libc": "glibc 2.36"},
    "packages": {"versions": {"numpy": "2.4.6", "rich": "13.9.4"}, "installed": 249, "sha256": "a"},
    "cpu": {"model": "AMD EPYC", "capability": "AVX512", "flags": ["avx2", "avx512f"], "count": 2},
    "threads": {"OMP_NUM_THREADS": "2", "torch": 2, "openblas": 2},
    "device": {"kind": "cpu"},
    "memory_mb": 7000,
}


def _with(**changes: Any) -> dict[str, Any]:
    there = copy.deepcopy(HERE)
    for place, value in changes.items():
        *path, last = place.split("__")
        inside = there
        for name in path:
            inside = inside[name]
        inside[last] = value
    return there


@pytest.mark.parametrize(
    "there",
    [
        HERE,
        _with(memory_mb=64000, platform__release="6.9", cpu__count=64),
        _with(packages__versions={"numpy": "2.4.6", "rich": "14"}, packages__sha256="b", packages__installed=1),
        _with(python__version="3.11.9"),
        _with(cpu__capability=None),
        _with(threads={"torch": 2}),
        _with(threads={}),
    ],
)
def test_what_changes_no_sum_is_no_excuse(there: dict[str, Any]) -> None:
    assert expected(HERE, there, MODEL).tier == "identical"


@pytest.mark.parametrize(
    ("there", "experiment", "tier", "traces"),
    [
        (_with(threads__torch=1), KEYBOARD, "numerically equal", "numerically equal"),
        (_with(threads__torch=1), MOSAIC, "perceptually equal", "statistically alike"),
        (_with(threads__torch=1), MODEL, "statistically alike", "statistically alike"),
        (_with(cpu__capability="AVX2"), KEYBOARD, "numerically equal", "numerically equal"),
        (_with(cpu__flags=["avx2"]), MOSAIC, "perceptually equal", "statistically alike"),
        (_with(cpu__model="Intel"), MODEL, "statistically alike", "statistically alike"),
        (_with(device={"kind": "cuda", "names": ["L4"]}), KEYBOARD, "perceptually equal", "perceptually equal"),
        (_with(device={"kind": "cuda", "names": ["L4"]}), MOSAIC, "statistically alike", "statistically alike"),
        (_with(packages__versions={"numpy": "2.5"}), KEYBOARD, "perceptually equal", "perceptually equal"),
        (_with(python__version="3.12.1"), MOSAIC, "statistically alike", "statistically alike"),
        (_with(cpu__model="Intel"), "nobody.knows", "numerically equal", "numerically equal"),
    ],
)
def test_what_changes_a_sum_excuses_what_the_experiment_makes_of_it(
    there: dict[str, Any], experiment: str, tier: str, traces: str
) -> None:
    found = expected(HERE, there, experiment)
    assert (found.tier, found.traces) == (tier, traces)
    assert all(reason.endswith(".") for reason in found.reasons)


def test_reasons_say_what_differs() -> None:
    reasons = expected(HERE, _with(threads__torch=1, device={"kind": "cuda"}), MOSAIC).reasons
    assert reasons[0] == "It was made on the GPU where the reference was made on the CPU."
    assert reasons[1] == "The number of threads is 1, not 2: sums add up in another order."


@pytest.mark.parametrize("nothing", [None, {}])
def test_an_unknown_environment_excuses_nothing(nothing: dict[str, Any] | None) -> None:
    assert expected(nothing, HERE, MODEL).tier == "identical"


@pytest.mark.parametrize(
    "hostile",
    [
        {"threads": {"torch": "9" * 5000}},
        {"cpu": 3, "device": [], "threads": None},
        {"device": {"kind": "\x1b[31m"}},
    ],
)
def test_a_hostile_environment_breaks_nothing(hostile: dict[str, Any]) -> None:
    assert isinstance(expected(HERE, hostile, MOSAIC), Expectation)


def test_this_machine_expects_the_same_of_itself() -> None:
    assert expected(describe(), describe(), MODEL).tier == "identical"


def test_every_experiment_of_ours_says_what_rounding_becomes() -> None:
    said = {name: experiments.load(name).rounding for name in (MOSAIC, KEYBOARD, MODEL, "audio.sound-mosaic")}
    assert said == {MOSAIC: "chooses", KEYBOARD: "stays", MODEL: "grows", "audio.sound-mosaic": "chooses"}
