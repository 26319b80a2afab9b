"""Reviewing a publication without having to trust it: unpack, check, rerun in a sandbox, compare, report.

::

    unpack ──► check ──► rerun ──► compare (`artia_lab.verify`) ──► report
    `unpack`   `check`   `rerun`: `sandbox`, `seccomp`, `watch`      `report`, `page`
    `zips`     `corpus`      └─► `inside`, in the sandbox

Nothing is imported here: `inside` starts with as little as it needs.
"""
