"""Worker processes for CPU work, and their measurements."""
