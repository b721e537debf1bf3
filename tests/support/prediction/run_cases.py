"""A run of five symbols with a coordinator, which computes it without a data service and without processes."""

from collections.abc import Callable, Iterator
from typing import Any

from services.prediction.ports import EndState
from services.prediction.runs.coordinator import Coordinator
from tests.support.prediction.runs import FakeBars, FakeConclusions, FakeEngine, FakeRunStore, make_new_run

SYMBOLS = ["A", "B", "C", "D", "E"]


class Conclude:
    """Takes note of what conclusions are drawn from."""

    def __init__(self, engine: FakeEngine) -> None:
        self.results: list[tuple[str, str, bytes]] = []
        self.failures: list[tuple[str, str]] = []
        self._engine = engine

    def __call__(self, results: Iterator[Any], failures: list[Any], run: Any) -> FakeConclusions:
        assert not self._engine.is_open
        self.results = list(results)
        self.failures = [(failure.symbol, failure.reason) for failure in failures]
        return FakeConclusions(screeners={1: b"columns"})


class Case:
    """A run of SYMBOLS, claimed, with everything that it needs."""

    def __init__(
        self, store: FakeRunStore | None = None, bars: FakeBars | None = None, engine_seconds: float = 60.0
    ) -> None:
        self.engine_seconds = engine_seconds
        self.store = store or FakeRunStore(new=make_new_run(SYMBOLS))
        self.bars = bars or FakeBars()
        self.engine = FakeEngine()
        self.conclude = Conclude(self.engine)
        self.coordinator: Coordinator | None = None

    async def run(self) -> EndState | None:
        """Claim the run and compute it."""
        claim = await self.store.claim(owner="test-owner")
        assert claim is not None
        self.coordinator = Coordinator(
            claim,
            self.store,
            self.bars,
            self.engine.open,
            self.conclude,
            lease_seconds=0.01,
            engine_seconds=self.engine_seconds,
        )
        return await self.coordinator.run()


def after(act: Callable[[str], None]) -> Callable[[str], bytes]:
    """Return a computation that acts first."""

    def compute(symbol: str) -> bytes:
        act(symbol)
        return b"computed"

    return compute
