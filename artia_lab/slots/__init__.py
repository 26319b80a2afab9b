"""Places to compute, shared fairly among the people of one machine.

::

    worker  ──ask──►  broker  ──►  fair      who is next, and who must make room: pure functions of `state`
            ◄─wait──          ──►  forecast  position, reason, expected wait
            ◄granted          ──►  people    by the account that the kernel tells, or by a token
    enforce                   ──►  journal   slot-seconds and energy by person and workshop
                              ──►  ledger    what the next broker must know

A worker waits in `place` before it computes, if ``ARTIA_SLOTS`` names the broker's socket; its connection is the
lease. Without ``ARTIA_SLOTS`` nobody shares, and it starts at once. When the broker is away, those who compute go
on, and those who wait go on waiting, with a sentence that says why, since others may be computing; where
``ARTIA_SLOTS_ALONE`` is set, they start at once. `enforce` keeps a worker to its cores, as many threads, and its
share of a GPU's memory: it binds our workers, and is no wall against code that means harm.
"""

from artia_lab.slots.anywhere import ANYWHERE, Place, Preempted
from artia_lab.slots.needs import Needs
from artia_lab.slots.place import place

__all__ = ["ANYWHERE", "Needs", "Place", "Preempted", "place"]
