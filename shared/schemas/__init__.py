"""Everything that crosses a wire: each model once, owned by neither side."""
