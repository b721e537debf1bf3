"""Checks, loads, merges, reads, writes and refreshes bars; knows ports only."""
