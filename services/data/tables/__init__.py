"""The meaning of a table of bars: the names of its columns, its numbers, dates and days."""
