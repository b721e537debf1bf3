"""The bars that a model may use, and warnings about them."""
