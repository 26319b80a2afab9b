"""Parameters of an experiment: each declared once, everything else derived from its declaration.

A field says its type, range, step, unit, label and help. From it come the validation, the form, the notebook's
``parameters`` cell, the JSON form and what the command line accepts.

This is our own code, over `dataclasses`, because what it derives is particular: refusals in two languages that
list what is allowed, and a cell that papermill can inspect. Pydantic would bring the checks alone, with English
messages, for a tenth of a second more at each start.
"""

from artia_lab.parameters.declare import choice, item, line, real, switch, whole
from artia_lab.parameters.field import Field
from artia_lab.parameters.told import told, told_in_both
from artia_lab.parameters.values import NAME, SEED_LIMIT, Parameters, describe, fields
from artia_lab.parameters.written import cell, read_assignments

__all__ = [
    "NAME",
    "SEED_LIMIT",
    "Field",
    "Parameters",
    "cell",
    "choice",
    "describe",
    "fields",
    "item",
    "line",
    "read_assignments",
    "real",
    "switch",
    "told",
    "told_in_both",
    "whole",
]
