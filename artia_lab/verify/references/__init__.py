"""References: the rerun that stands beside a notebook, small, with nothing private of the machine that made it.

The reference of ``NAME.ipynb`` is the folder ``references/NAME/`` beside it, in the shape of a rerun:
``NAME.ipynb``, executed, and ``runs/NAME/`` with the record, the request and the outputs of each of its runs. A
file that would weigh more than 1 MB is kept compressed, in pieces ``FILE.xz-1``, ``FILE.xz-2``…
"""

from artia_lab.verify.references.finding import Opened, Reference, code_of, find, place_of, read_notebook
from artia_lab.verify.references.keeping import keep
from artia_lab.verify.references.pairing import pair_runs

__all__ = ["Opened", "Reference", "code_of", "find", "keep", "pair_runs", "place_of", "read_notebook"]
