"""Whether what was made again is the same work: decoded, compared by what is seen, heard and read, and judged."""

from artia_lab.verify.expectation import expected
from artia_lab.verify.files import compare_files
from artia_lab.verify.notebooks import compare_notebooks
from artia_lab.verify.result import TIERS, Comparison, Expectation, tier_words, worst
from artia_lab.verify.runs import compare_runs
from artia_lab.verify.verdict import Verdict

__all__ = [
    "TIERS",
    "Comparison",
    "Expectation",
    "Verdict",
    "compare_files",
    "compare_notebooks",
    "compare_runs",
    "expected",
    "tier_words",
    "worst",
]
