"""Seats: one single-user server for each person, forked from a process that has everything imported.

::

    JupyterHub ──► Seat.start ──► line      whose turn it is: a few at a time, first come, first served
                              ──► servers   the hub's two fork servers: one for seats, one for kernels and runs
               ──► watch      what each takes of memory and processes; the greediest kernel goes, the seat stays
"""
