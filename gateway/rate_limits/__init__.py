"""Rate limits: which requests count, for whom, and where they are counted."""
