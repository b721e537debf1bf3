"""Decides which kept answers may be served without asking: what has changed, and whether every change is seen. Pure.

A confirmation says when the request that confirmed an answer began. The answer may be served without asking while
the feed is alive, unless its symbol changed or the feed had a gap after that moment, or shortly before it: until every
internal service has noticed a change, one of them may still answer from the old bars. The same holds for kept bars.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.schemas.changes import LEASE_SECONDS, ChangeEvent

ALIVE_SECONDS = 2.0  # after a heartbeat, of which there is one a second
SETTLING_SECONDS = 5.0  # after a change: longer than a read that began before it may take, 2.4 s
Token = tuple[int, int]


@dataclass(frozen=True)
class Confirmation:
    """When the request that confirmed an answer began, and what had changed by then."""

    token: Token
    began_at: float


class Freshness:
    """What is known from the feed of revisions.

    Args:
        monotonic: The clock.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._n_gaps = 0
        self._gap_at = monotonic()
        self._alive_until = -1.0
        self._leased_until = -1.0
        self.fence = 0
        self._n_changes: dict[str | None, int] = {None: 0}  # None counts the changes of any symbol
        self._changed_at: dict[str | None, float] = {}

    @property
    def is_alive(self) -> bool:
        """Say whether every acknowledged change is known."""
        return self._monotonic() < min(self._alive_until, self._leased_until)

    @property
    def period(self) -> Token | None:
        """Return what stays equal until the next change or gap; None while a change may be unknown."""
        return self._token(None) if self.is_alive else None

    @property
    def is_heard(self) -> bool:
        """Say whether the feed reports changes, whether or not there is a lease."""
        return self._monotonic() < self._alive_until

    def heard(self, event: ChangeEvent) -> None:
        """Record an event of the feed."""
        now = self._monotonic()
        if now >= self._alive_until:  # it is new, or was silent: a change may have been missed
            self._gap()
        if not event.is_alive:
            self._alive_until = -1.0
        else:
            self._alive_until = now + ALIVE_SECONDS
        self.changed(event.symbols)
        self.fence = event.fence

    def leased(self, sent_at: float, *, is_continuous: bool) -> None:
        """Record an extended lease: until some time after `sent_at`, no write is acknowledged before we know of it."""
        if not is_continuous or self._monotonic() >= self._leased_until:
            self._gap()
        self._leased_until = sent_at + LEASE_SECONDS

    def lost(self) -> None:
        """Record that the feed has ended."""
        self._alive_until = -1.0

    def changed(self, symbols: list[str] | None) -> None:
        """Record changed symbols; None if any may have changed."""
        if symbols is None:
            self._gap()
        elif symbols:
            now = self._monotonic()
            for symbol in (None, *symbols):
                self._n_changes[symbol] = self._n_changes.get(symbol, 0) + 1
                self._changed_at[symbol] = now

    def begin(self, symbol: str | None) -> Confirmation:
        """Return the confirmation of an answer about `symbol` (None: about all symbols) that is requested now."""
        return Confirmation(self._token(symbol), self._monotonic())

    def is_current(self, symbol: str | None, confirmation: Confirmation) -> bool:
        """Say whether nothing has changed since the answer was requested."""
        return confirmation.token == self._token(symbol)

    def allows(self, symbol: str | None, confirmation: Confirmation) -> bool:
        """Say whether an answer may be served without asking."""
        changed_at = max(self._changed_at.get(symbol, self._gap_at), self._gap_at)
        return (
            self.is_alive
            and self.is_current(symbol, confirmation)
            and confirmation.began_at >= changed_at + SETTLING_SECONDS
        )

    def _gap(self) -> None:
        self._n_gaps += 1
        self._gap_at = self._monotonic()

    def _token(self, symbol: str | None) -> Token:
        return self._n_gaps, self._n_changes.get(symbol, 0)
