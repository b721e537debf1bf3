"""Documents of layouts that other tools use, read as bars."""
