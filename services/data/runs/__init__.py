"""Keeps runs over many symbols: their states, rates, results by content, retention and watchers."""
