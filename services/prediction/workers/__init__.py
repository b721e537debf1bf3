"""Worker processes for CPU work, and what they measure."""
