"""Forecasts of the next sessions and walk-forward evaluations of every model."""
