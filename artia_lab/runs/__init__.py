"""Runs: one execution, one folder, and everything a view may ask of it."""

from artia_lab.runs.folder import ACTIVE, RUN_ID, STATES, RunFolder
from artia_lab.runs.request import Request
from artia_lab.runs.shelf import every_run, find_run, runs_folder

__all__ = ["ACTIVE", "RUN_ID", "STATES", "Request", "RunFolder", "every_run", "find_run", "runs_folder"]
