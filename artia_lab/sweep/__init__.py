"""Sweeps: a notebook rerun with every combination of some values, taken up where it stopped, seen on one sheet."""

from artia_lab.sweep.cells import Cell, Standing
from artia_lab.sweep.grid import Axis, Grid, read_grid
from artia_lab.sweep.sweep import Result, folder_for, sweep

__all__ = ["Axis", "Cell", "Grid", "Result", "Standing", "folder_for", "read_grid", "sweep"]
