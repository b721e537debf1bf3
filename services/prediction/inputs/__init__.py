"""The bars as a model may know them, and warnings about them."""
