"""Typed clients of the internal services, for their callers only."""
