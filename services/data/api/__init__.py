"""The data service's routes: HTTP only."""
