"""The public routes: HTTP only."""
