"""The prediction service's routes: HTTP only."""
