"""What the package offers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import artia_lab

HEAVY = (
    "torch",
    "diffusers",
    "librosa",
    "numpy",
    "matplotlib",
    "IPython",
    "ipywidgets",
    "papermill",
    "jupyterhub",
)


def test_the_public_surface_is_what_it_says() -> None:
    assert artia_lab.__all__ == ["open_keyboard", "open_panel", "run", "start"]
    assert dir(artia_lab) == artia_lab.__all__
    assert all(callable(getattr(artia_lab, name)) for name in artia_lab.__all__)


def test_an_unknown_name_is_no_attribute() -> None:
    assert not hasattr(artia_lab, "nothing")


def test_importing_the_package_or_its_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, artia_lab, artia_lab.cli; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
