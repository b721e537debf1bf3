"""The task that looks back: a session's close from its own open, high and low."""
