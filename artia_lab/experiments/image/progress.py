"""How far a mosaic has come."""

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class Progress:
    """Counts the work done, and reports it in thousandths.

    Attributes
    ----------
    total : float
        All the work there is, in any unit.
    on_step : callable
        Called as ``on_step(i, 1000, weight_sum=…, **metrics)``; may raise to stop.
    done : float
        The work done so far.
    weight_sum : float
        Of all the sums of posterior weights seen, the one farthest from 1.
    metrics : dict
        Other figures to report.
    """

    total: float
    on_step: Callable[..., None]
    done: float = 0.0
    weight_sum: float = 1.0
    metrics: dict[str, float] = field(default_factory=dict)

    def advance(self, work: float, part: float = 1.0) -> None:
        """Report a part of some work as done.

        Parameters
        ----------
        work : float
            The work, in the unit of the total.
        part : float in [0, 1]
            The part of it.
        """
        self.done += work * part
        thousandths = min(1000, max(1, round(1000 * self.done / self.total)))
        self.on_step(thousandths, 1000, weight_sum=self.weight_sum, **self.metrics)

    def check(self, weights: Tensor) -> None:
        """Remember the sum of weights farthest from 1.

        Parameters
        ----------
        weights : torch.Tensor [shape=(..., k)]
            Posterior weights, which should sum to 1 over k.
        """
        sums = weights.sum(-1)
        worst = float(sums.flatten()[(sums - 1).abs().argmax()])
        if abs(worst - 1) > abs(self.weight_sum - 1):
            self.weight_sum = worst
