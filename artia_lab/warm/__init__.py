"""Processes that start at once: forked from one that has already imported what experiments need.

`launch` is ``python -m module args`` started sooner. Behind it stands one fork server per person and environment,
started when first needed, reachable only by its owner, ended when nobody has used it for a while::

    launch ──► address   where the server of this environment is, and whether it may be trusted
           ──► server    imports the list of ``kernels/artia/warm.toml``, does nothing else, forks
           ──► child     becomes what a fresh ``python -m`` would be, then runs the module
           ◄── process   what the caller holds: poll, wait, signals

When there is no server, or it is unfit, the process starts cold, with one line in the log; ``cold`` of the process
holds the reason, and `hearing` tells it. ``ARTIA_WARM=off`` keeps everything cold.

Python's own `multiprocessing.forkserver` serves the one process that started it, speaks pickle, and gives its
children neither a session, an environment nor a working folder of their own: hence this one.
"""

from artia_lab.warm.launch import launch
from artia_lab.warm.process import Cold, Forked, Process
from artia_lab.warm.reasons import hearing
from artia_lab.warm.starting import prepare

__all__ = ["Cold", "Forked", "Process", "hearing", "launch", "prepare"]
