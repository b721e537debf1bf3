"""The fakes do what tests/integration/test_adapters.py and test_change_feed.py see the real servers do."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.behaviours import BarCacheBehaviours, BarStoreBehaviours, ChangeFeedBehaviours
from tests.support.fakes import FakeBarCache, FakeBarStore, FakeChangeFeed


class TestFakeBarStore(BarStoreBehaviours):
    @pytest.fixture
    def store(self) -> FakeBarStore:
        return FakeBarStore()


class TestFakeBarCache(BarCacheBehaviours):
    @pytest.fixture
    def cache(self) -> FakeBarCache:
        return FakeBarCache()


class TestFakeChangeFeed(ChangeFeedBehaviours):
    @pytest.fixture
    def feed(self) -> FakeChangeFeed:
        return FakeChangeFeed()

    @pytest.fixture
    def change(self, feed: FakeChangeFeed) -> Callable[[str], Awaitable[None]]:
        async def change(symbol: str) -> None:
            await feed.told.put({symbol})

        return change
