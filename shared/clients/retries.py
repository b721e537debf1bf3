"""Says whether a read that failed may be sent once more. Pure.

Retries help while an upstream fails now and then, and add load while it fails throughout. So they stop once about three
quarters of the calls fail, whatever the rate. Source: gRPC's retry throttling (gRFC A6).
"""

MAX_TOKENS = 20.0  # ten failures in a row stop them; with half of this, chance stops one in five where half fails
TOKENS_PER_SUCCESS = 3.0  # at three quarters, successes return as many tokens as failures take


class RetryThrottle:
    """A count of tokens: each failed call takes one, each successful call returns three, and half must be left."""

    def __init__(self) -> None:
        self._tokens = MAX_TOKENS

    def succeeded(self) -> None:
        """Record a call that was answered without a failure."""
        self._tokens = min(MAX_TOKENS, self._tokens + TOKENS_PER_SUCCESS)

    def failed(self) -> None:
        """Record a call that failed in a way that a retry may mend."""
        self._tokens = max(0.0, self._tokens - 1)

    def allows(self) -> bool:
        """Say whether a retry may go out now."""
        return self._tokens > MAX_TOKENS / 2
