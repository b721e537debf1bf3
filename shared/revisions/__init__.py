"""Follows the feed of revisions of the data service, and says what may be answered from memory meanwhile."""
