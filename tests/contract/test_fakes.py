"""The fakes do what test_adapters.py, test_change_feed.py and test_forecast_ledger.py in tests/integration see done."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.data.behaviours import BarCacheBehaviours, BarStoreBehaviours, ChangeFeedBehaviours
from tests.support.data.fakes import FakeBarCache, FakeBarStore, FakeChangeFeed, FakeForecastLedger
from tests.support.data.ledgers import ForecastLedgerBehaviours


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
            await feed.queue.put({symbol})

        return change


class TestFakeForecastLedger(ForecastLedgerBehaviours):
    @pytest.fixture
    def ledger(self) -> FakeForecastLedger:
        return FakeForecastLedger()
