"""Vendors that sell or give away bars over HTTP, one module each."""
