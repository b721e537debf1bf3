"""Forecasts recorded when they are issued, checked and scored."""
