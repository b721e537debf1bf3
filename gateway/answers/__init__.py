"""Answers kept by revision, as ready bytes that need no call to a service while the feed of revisions is alive."""
