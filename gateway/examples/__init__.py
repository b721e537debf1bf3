"""Example responses for the API documentation."""
