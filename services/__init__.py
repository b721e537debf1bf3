"""The internal services. None imports another."""
