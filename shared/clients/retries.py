"""Says whether a read that was refused may be sent once more. Pure.

Retries help while an upstream fails now and then. They only add load and delay while it fails constantly, or for some
requests only: a data service without its store serves what it has cached, and refuses everything else at once. So
retries are judged by their own results, not by those of all calls: they stop once about three quarters of them fail.
"""

MAX_TOKENS = 10.0  # the most retries in flight or failed; with six, chance would stop them when half of the calls fail
TOKENS_PER_SUCCESS = 4.0  # its own token, and those of three failed retries: so retries stop at three quarters
TOKENS_PER_CALL = 0.1  # once retries have stopped, every tenth call that succeeds the first time pays for one


class RetryThrottle:
    """A count of tokens: a retry takes one, and returns four if it succeeds."""

    def __init__(self) -> None:
        self._tokens = MAX_TOKENS

    def call_succeeded(self) -> None:
        """Record a call that needed no retry."""
        self._add(TOKENS_PER_CALL)

    def retry_succeeded(self) -> None:
        """Record a retry that helped."""
        self._add(TOKENS_PER_SUCCESS)

    def take(self) -> bool:
        """Say whether a retry may go out now; if so, the caller must send it."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _add(self, tokens: float) -> None:
        self._tokens = min(MAX_TOKENS, self._tokens + tokens)
