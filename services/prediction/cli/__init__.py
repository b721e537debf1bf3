"""The commands of the prediction service: what they request, and how they print it; `__main__` parses options."""
