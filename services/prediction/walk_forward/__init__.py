"""Repeated train-then-test in time order."""
