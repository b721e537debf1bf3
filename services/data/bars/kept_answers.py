"""Decides whether answers are served beyond their lifetime while the store is away. Pure."""

from shared import staleness


class KeptAnswers:
    """Says for how long answers are kept, and knows whether kept ones are being served.

    Args:
        seconds: How long an answer is kept beyond its lifetime; 0 for not at all.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.are_served = False

    def serve(self) -> None:
        """Mark the current response: it contains a kept answer."""
        self.are_served = True
        staleness.mark()

    def store_answered(self) -> None:
        """Record that the store is back, so that no kept answer is served any longer."""
        self.are_served = False
