"""Answers kept by revision: ready bytes, served without asking anybody while the feed of revisions is alive."""
