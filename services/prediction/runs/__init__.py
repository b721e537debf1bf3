"""Runs over many symbols: a request becomes a run, a process claims it, computes it and ends it."""
