"""Runs: one execution, one folder, and everything a view may ask of it."""

from artia_lab.runs.folder import ACTIVE, STATES, RunFolder, every_run, find_run, runs_folder
from artia_lab.runs.request import Request

__all__ = ["ACTIVE", "STATES", "Request", "RunFolder", "every_run", "find_run", "runs_folder"]
