"""Follows the data service's feed of revisions, and decides what may be answered from memory."""
