"""Models: safetensors, and nothing that could be code."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from artia_lab.verify import compare_files


def _weights(seed: int = 0, scale: float = 1.0) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    return {"bias": np.zeros(0, np.float32), "net": (chance.standard_normal((40, 30)) * scale).astype(np.float32)}


def _saved(path: Path, tensors: dict[str, np.ndarray], **architecture: object) -> Path:
    save_file(tensors, path, {"architecture": json.dumps(architecture)})
    return path


def _verdict(folder: Path, tensors: dict[str, np.ndarray], **architecture: object) -> str:
    reference = _saved(folder / "a.safetensors", _weights(), size=32, training={"steps": 300})
    said = {"size": 32, "training": {"steps": 300}} | architecture
    return compare_files(reference, _saved(folder / "b.safetensors", tensors, **said), "model").verdict


def test_tiers(tmp_path: Path) -> None:
    noise = np.random.default_rng(9).standard_normal((40, 30)).astype(np.float32)
    same = _weights()
    assert _verdict(tmp_path, same) == "identical"
    assert _verdict(tmp_path, same | {"net": same["net"] + 1e-6 * noise}) == "numerically equal"
    assert _verdict(tmp_path, same | {"net": same["net"] + 1e-2 * noise}) == "perceptually equal"
    assert _verdict(tmp_path, _weights(1)) == "statistically alike"
    assert _verdict(tmp_path, _weights(1, 3.0)) == "different"


def test_another_precision_is_another_way_to_train_and_no_other_architecture(tmp_path: Path) -> None:
    weights = _weights()
    near = weights | {"net": weights["net"] * np.float32(1.001)}
    assert _verdict(tmp_path, near, precision="bfloat16") == "statistically alike"
    assert _verdict(tmp_path, _weights(1), precision="bfloat16") == "statistically alike"
    assert _verdict(tmp_path, _weights(1, 3.0), precision="bfloat16") == "different"


def test_another_architecture_is_different_and_another_training_is_not(tmp_path: Path) -> None:
    assert _verdict(tmp_path, _weights(), size=64) == "different"
    assert _verdict(tmp_path, _weights(), training={"steps": 360}) == "statistically alike"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_none_is_different_whatever_is_expected(tmp_path: Path, value: float) -> None:
    spoilt = _weights()
    spoilt["net"][3, 4] = value
    assert _verdict(tmp_path, spoilt) == "different"


def test_other_tensors_are_named(tmp_path: Path) -> None:
    a = _saved(tmp_path / "a.safetensors", {"x": np.zeros(3, np.int64)})
    b = _saved(tmp_path / "b.safetensors", {"y": np.zeros(3, np.int64)})
    assert compare_files(a, b, "model").reason == "It has other tensors than the reference: x, y."


@pytest.mark.parametrize(
    "content", [pickle.dumps({"net": [1, 2, 3]}), b"", b"\xff" * 64, b"\x02" + bytes(7) + b"{}"]
)
def test_a_pickle_named_safetensors_is_never_opened(tmp_path: Path, content: bytes) -> None:
    reference = _saved(tmp_path / "a.safetensors", _weights())
    (tmp_path / "b.safetensors").write_bytes(content)
    found = compare_files(reference, tmp_path / "b.safetensors", "model")
    assert found.verdict == "different"
    if content[:1] != b"\x02":
        assert found.reason == "“b.safetensors” is no safetensors file, the only format of models that is opened."
