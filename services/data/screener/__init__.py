"""The screener of the last complete run, joined with the current catalogue, in four formats."""
