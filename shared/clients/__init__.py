"""Typed clients of the internal services, used by their callers only."""
