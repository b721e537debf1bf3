"""Data that one service writes to the store and another reads: each schema once, with its version."""
