"""Tells those who answer from memory which bars changed, and lets a write wait until each of them knows."""
