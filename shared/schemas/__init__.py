"""What crosses a wire, each model once, owned by no side."""
