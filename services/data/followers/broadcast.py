"""Tells every follower of this process which symbols have changed. Pure."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Subscription:
    """The changes that one follower does not know yet; they are merged, so that a slow follower costs no memory."""

    def __init__(self) -> None:
        self._symbols: set[str] | None = set()
        self._is_news = asyncio.Event()

    def add(self, symbols: set[str] | None) -> None:
        """Add changed symbols; None for any symbol. An empty set only wakes the follower."""
        self._symbols = None if symbols is None or self._symbols is None else self._symbols | symbols
        self._is_news.set()

    async def take(self, at_most: float) -> set[str] | None:
        """Return the changes since the last call, at once or after at most this many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._is_news.wait()
        self._is_news.clear()
        symbols, self._symbols = self._symbols, set()
        return symbols


class Broadcast:
    """The subscriptions of all followers."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Subscribe to the changes from now on."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def publish(self, symbols: set[str] | None) -> None:
        """Tell every follower."""
        for subscription in self._subscriptions:
            subscription.add(symbols)
