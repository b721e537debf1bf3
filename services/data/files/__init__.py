"""Reads bars from files of many formats, and exports them."""
