"""Scores, significance, prediction intervals and verdicts."""
