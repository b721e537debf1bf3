"""The public routes: parse, call, return."""
