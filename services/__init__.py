"""The internal services, of which none imports another."""
