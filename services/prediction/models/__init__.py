"""The registry of models, their features and their target."""
