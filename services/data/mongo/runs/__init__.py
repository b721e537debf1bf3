"""Runs in MongoDB: one document per run, one per result, and one for the claim."""
