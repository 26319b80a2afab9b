"""Workshops: a time-limited group of participants who join with a code, and what is left when it closes.

::

    artia workshop open ──► store ◄── handlers (join, return) ◄── authenticator ◄── the hub
    artia workshop close ─► closing ─► export ─► exhibition ─► removal (accounts, hub)

Nothing is imported here: the command line starts with as little as it needs.
"""
