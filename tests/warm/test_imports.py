"""The list of ``kernels/artia/warm.toml`` imports, and does nothing else; so may be forked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.home import data_folder
from artia_lab.warm import prepare, settings
from artia_lab.warm.starting import OWN

# Imports as the server does, watching what computes. Torch is first so that it can be watched while others load.
WATCH = """
import importlib.metadata, json, os, sys
from importlib.metadata import entry_points
from artia_lab.warm.imports import import_all, settle, threads
import numpy, torch
from torch.utils._python_dispatch import TorchDispatchMode

operations = []

class Watch(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        operations.append(str(function))
        return function(*args, **(kwargs or {}))

# Python's own generator is seeded anew in every child, by Python.
draws = lambda: [numpy.random.get_state()[1].tobytes().hex(),
                 torch.default_generator.get_state().numpy().tobytes().hex()]
opened = set()

def note(event, details):
    if event == "open" and isinstance(details[0], str):
        opened.add(os.path.abspath(details[0]))

before = draws()
sys.addaudithook(note)
with Watch():
    import_all(tuple(sys.argv[1:]))
operations, opened = list(operations), set(opened)
at_rest = draws() == before
settle()
experiments_of_ours = {each.module for each in entry_points(group="artia_lab.experiments")
                       if each.module.startswith("artia_lab.")}
# What a child of it would look up again.
looked_up = set()
importlib.metadata.Distribution.discover = classmethod(lambda *_, **__: looked_up.add("packages") or [])
import matplotlib, nbformat.validator
from artia_lab import experiments
from jupyter_client.provisioning import KernelProvisionerFactory
matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"
experiments.names()
KernelProvisionerFactory.instance()
if not nbformat.validator.validators:
    looked_up.add("schema")
print(json.dumps({
    "operations": operations, "at_rest": at_rest, "threads": threads(),
    "cuda": torch.cuda.is_initialized(),
    "devices": [link for link in map(os.readlink, (f"/proc/self/fd/{n}" for n in os.listdir("/proc/self/fd")[:-1]))
                if "nvidia" in link or "/dri/" in link],
    "missing": [name for name in sys.argv[1:] if name.removesuffix(".*") not in sys.modules],
    "experiments": {each: each in sys.modules for each in experiments_of_ours},
    "looked_up": sorted(looked_up),
    "ours": [each for each in opened if "/artia_lab/" in each and not each.endswith((".py", ".pyc"))],
    "children": len(open(f"/proc/self/task/{os.getpid()}/children").read().split()),
}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Import the list of the project once."""
    names = settings.read(data_folder("kernels") / "artia" / "warm.toml").imports
    command = [sys.executable, "-Xfrozen_modules=off", "-c", WATCH, *names]
    answer = subprocess.run(command, capture_output=True, text=True, env=os.environ | OWN)
    assert answer.returncode == 0, answer.stderr
    assert "No module" not in answer.stderr
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def test_no_thread_lives_before_a_fork(found: dict[str, Any]) -> None:
    assert found["threads"] == 1


def test_no_tensor_is_computed_with(found: dict[str, Any]) -> None:
    # A constant that a library writes down is made, and nothing is computed from it.
    assert set(found["operations"]) <= {"aten.lift_fresh.default"}


def test_no_cuda_context_is_opened(found: dict[str, Any]) -> None:
    assert not found["cuda"] and found["devices"] == []


def test_nothing_is_drawn_at_random(found: dict[str, Any]) -> None:
    assert found["at_rest"]


def test_everything_named_is_imported_and_no_process_left(found: dict[str, Any]) -> None:
    assert found["missing"] == [] and found["children"] == 0


def test_no_script_style_or_translation_of_ours_is_read(found: dict[str, Any]) -> None:
    """Whoever shows them reads them, so that one that is edited needs no other server."""
    assert found["ours"] == []


def test_every_experiment_of_the_lab_is_imported(found: dict[str, Any]) -> None:
    assert len(found["experiments"]) > 5 and all(found["experiments"].values())


def test_what_installed_packages_declare_is_not_looked_up_again(found: dict[str, Any]) -> None:
    assert found["looked_up"] == []


def test_a_whole_package_is_imported_but_for_its_program(tmp_path: Path) -> None:
    inner = tmp_path / "made" / "inner"
    inner.mkdir(parents=True)
    for place, content in {
        "__init__.py": "", "one.py": "", "broken.py": "import there_is_none", "__main__.py": "raise SystemExit(9)",
        "inner/__init__.py": "", "inner/two.py": "",
    }.items():  # fmt: skip
        (tmp_path / "made" / place).write_text(content)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from artia_lab.warm.imports import import_all\n"
        "import_all(('made.*', 'json.*', 'nowhere.*'))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('made')))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["made", "made.inner", "made.inner.two", "made.one"]
    assert "made.broken: No module named 'there_is_none'" in done.stderr and "nowhere: No module" in done.stderr


def test_a_child_undoes_what_it_did_and_not_what_the_server_did(
    place: Any, run_module: Callable[..., str]
) -> None:
    (place.modules / "holds.py").write_text(
        "import weakref\nclass Held: pass\nheld = Held()\n"
        "weakref.finalize(held, print, 'of the server', flush=True)\n"
    )
    (place.modules / "leaves.py").write_text(
        "import holds, weakref\nmine = holds.Held()\nweakref.finalize(mine, print, 'of the child', flush=True)\n"
        "print('holds' in __import__('sys').modules, flush=True)\n"
    )
    (place.modules / "drops.py").write_text("import holds\ndel holds.held\n")
    place.configure(["holds"])
    assert prepare(wait=True)
    assert run_module("leaves") == "True\nof the child\n"
    # What is let go of before the end is undone then, whoever made it.
    assert run_module("drops") == "of the server\n"
