"""The fakes do what tests/integration/test_adapters.py sees the real servers do."""

import pytest

from tests.support.behaviours import BarCacheBehaviours, BarStoreBehaviours
from tests.support.fakes import FakeBarCache, FakeBarStore


class TestFakeBarStore(BarStoreBehaviours):
    @pytest.fixture
    def store(self) -> FakeBarStore:
        return FakeBarStore()


class TestFakeBarCache(BarCacheBehaviours):
    @pytest.fixture
    def cache(self) -> FakeBarCache:
        return FakeBarCache()
