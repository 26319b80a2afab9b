"""Experiments that look at what was made; each module that declares one keeps its engine in modules beside it."""
