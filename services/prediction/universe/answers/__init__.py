"""The answers of a run, built from its symbols' results: leaderboard and screener of each horizon."""
