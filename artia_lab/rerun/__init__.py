"""Headless execution of notebooks with parameters, by papermill, with a truthful account of how each ended."""

from artia_lab.rerun.jobs import rerun
from artia_lab.rerun.outcome import Outcome
from artia_lab.rerun.prepare import Job, prepare
from artia_lab.rerun.progress import Progress

__all__ = ["Job", "Outcome", "Progress", "prepare", "rerun"]
