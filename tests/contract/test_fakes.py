"""The fakes do what the real ones are seen doing in tests/integration: test_adapters.py, test_change_feed.py,
test_forecast_ledger.py and test_run_store.py."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.data.behaviours import BarCacheBehaviours, BarStoreBehaviours, ChangeFeedBehaviours
from tests.support.data.fakes import FakeBarCache, FakeBarStore, FakeChangeFeed, FakeForecastLedger
from tests.support.data.ledgers import ForecastLedgerBehaviours
from tests.support.data.run_behaviours import RunStoreBehaviours
from tests.support.data.run_lease_behaviours import RunLeaseBehaviours
from tests.support.data.run_stores import FakeRunStore


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


class TestFakeRunStore(RunStoreBehaviours, RunLeaseBehaviours):
    @pytest.fixture
    def passed(self) -> list[timedelta]:
        return [timedelta()]

    @pytest.fixture
    def store(self, passed: list[timedelta]) -> FakeRunStore:
        return FakeRunStore(lambda: datetime.now(UTC) + passed[0])

    @pytest.fixture
    def end_lease(self, passed: list[timedelta]) -> Callable[[], Awaitable[None]]:
        async def end_lease() -> None:
            passed[0] += timedelta(seconds=10)

        return end_lease
