"""Examples for the API documentation."""
