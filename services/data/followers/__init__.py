"""Tells processes that answer from memory which bars changed, and lets a write wait until each of them knows."""
