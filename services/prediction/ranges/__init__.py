"""The range between low and high of the sessions ahead: its forecast, its baselines and its scores."""
