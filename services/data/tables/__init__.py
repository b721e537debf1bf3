"""What a table of bars means: the names of its columns, its numbers, dates and days."""
