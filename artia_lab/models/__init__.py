"""Kept models: a folder with the weights, what they are, what they learnt from and whose that was.

models/20261122-142530-image.small-model-3f9a1c/
  model.safetensors   the weights, and nothing that could be executed
  model.json          architecture, the shape and type of every tensor, experiment, corpus with its digest,
                      authors and licence, the run that made it
"""

from artia_lab.models.credit import credit, source
from artia_lab.models.model import Model
from artia_lab.models.shelf import every, find, keep, models_folder

__all__ = ["Model", "credit", "every", "find", "keep", "models_folder", "source"]
