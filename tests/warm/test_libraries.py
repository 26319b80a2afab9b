"""numpy and torch in a forked process: several threads, and fresh random numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.execute import run
from artia_lab.warm import prepare

Run = Callable[..., str]

# A process forked after its parent computed with several threads waits for ever here: OpenMP's are not there.
COMPUTES = """
import hashlib, json, sys
import numpy as np, torch
warm = "decimal" in sys.modules
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU(), torch.nn.Conv2d(16, 16, 3))
torch.nn.functional.mse_loss(model(torch.randn(8, 3, 64, 64)), torch.zeros(8, 16, 60, 60)).backward()
product = torch.randn(512, 512) @ torch.randn(512, 512)
total = torch.randn(2_000_000).sum()
numbers = np.random.default_rng(0).normal(size=(512, 512))
everything = [each.grad.numpy() for each in model.parameters()]
everything += [product.numpy(), total.numpy(), numbers @ numbers]
print(json.dumps({
    "warm": warm, "threads": [torch.get_num_threads(), torch.__config__.parallel_info().count("OpenMP")],
    "alive": int(open("/proc/self/status").read().split("Threads:")[1].split()[0]),
    "digest": hashlib.sha256(b"".join(each.tobytes() for each in everything)).hexdigest(),
}))
"""
DRAWS = """
import json, sys
import numpy as np, torch
print(json.dumps(["decimal" in sys.modules, np.random.random(), torch.rand(1, dtype=torch.float64).item()]))
"""


@pytest.fixture
def two_threads(place: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have numpy and torch imported, and each compute with two threads."""
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    place.configure(["decimal", "numpy", "torch", "scipy.fft", "artia_lab.execute", "artia_lab.likeness"])
    assert prepare(wait=True)
    return place


def test_several_threads_compute_as_in_a_fresh_process(
    two_threads: Any, run_module: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two_threads.modules / "computes.py").write_text(COMPUTES)
    found = [json.loads(run_module("computes")) for _time in range(2)]
    monkeypatch.setenv("ARTIA_WARM", "off")
    cold = json.loads(run_module("computes"))
    assert [each["warm"] for each in (*found, cold)] == [True, True, False]
    assert cold["threads"][0] == 2 and cold["alive"] > 1
    for each in found:
        assert each["alive"] > 1
        assert (each["threads"], each["digest"]) == (cold["threads"], cold["digest"])


def test_each_process_draws_numbers_of_its_own(two_threads: Any, run_module: Run) -> None:
    (two_threads.modules / "draws.py").write_text(DRAWS)
    drawn = [json.loads(run_module("draws")) for _time in range(3)]
    assert all(warm for warm, *_numbers in drawn)
    for column in (1, 2):
        assert len({each[column] for each in drawn}) == 3


def test_an_experiment_with_two_threads_is_bitwise_the_same(
    two_threads: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {}
    for state in ("warm", "cold"):
        if state == "cold":
            monkeypatch.setenv("ARTIA_WARM", "off")
        folder = run(
            "image.small-model", "starter/drawings", {"size": "32", "steps": 4, "samples": 1}, out=tmp_path / state
        )
        record = folder.record()
        assert record is not None and folder.status() == "finished", (record, folder.events())
        (worker,) = (each for each in folder.events()[0] if each["event"] == "worker")
        assert worker["warm"] == (state == "warm")
        assert record["environment"]["threads"]["torch"] == 2, record["environment"]["threads"]
        made[state] = {each["path"]: each["sha256"] for each in record["outputs"]}
    assert made["warm"] == made["cold"] and made["warm"]
