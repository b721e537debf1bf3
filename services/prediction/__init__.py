"""Owns models: split, fit, score. Reads bars from the data service."""
