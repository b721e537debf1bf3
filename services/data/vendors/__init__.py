"""Vendors of bars over HTTP, one module each."""
