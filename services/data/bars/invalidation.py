"""Counts invalidations, so that a read can tell whether its symbol was invalidated after it began. Pure."""

from collections import Counter

Token = tuple[str, int, int]  # the symbol, the invalidations of all symbols, and its own


class Invalidation:
    """Counts the invalidations of each symbol and those of all symbols at once."""

    def __init__(self) -> None:
        self._n_resets = 0
        self._n_by_symbol: Counter[str] = Counter()

    def token(self, symbol: str) -> Token:
        """Return a token that is current until the symbol is invalidated; take it before reading."""
        return symbol, self._n_resets, self._n_by_symbol[symbol]

    def is_current(self, token: Token) -> bool:
        """Return whether the symbol has not been invalidated since the token was taken."""
        return token == self.token(token[0])

    def count(self, symbols: set[str] | None) -> None:
        """Count an invalidation of these symbols, or of all for None."""
        if symbols is None:
            self._n_resets += 1
        else:
            self._n_by_symbol.update(symbols)
