"""Experiments on sound; each module that declares one keeps its engine in modules beside it."""
