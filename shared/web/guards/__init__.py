"""Middleware that refuses requests by host name, token or body before a route sees them."""
