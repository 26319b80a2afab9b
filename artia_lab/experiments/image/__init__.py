"""Experiments on pictures."""
