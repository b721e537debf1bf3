"""Kept bars in front of a data service whose answers and clock a test controls."""

from collections.abc import Coroutine, Generator
from typing import Any

import pytest

from services.prediction.kept_bars import BarsObserver, BarsOutcome, KeptBars
from shared.revisions.freshness import Freshness
from shared.schemas.bars import EncodedBars
from shared.schemas.changes import ChangeEvent
from shared.schemas.runs import RunSymbol
from shared.web.health import Health

SYMBOLS = ("AAPL", "MSFT")
Reading = Coroutine[Any, EncodedBars, EncodedBars]


class _Reply:
    """The answer that a data service will give."""

    def __await__(self) -> Generator[object, EncodedBars, EncodedBars]:
        return (yield None)


class SlowData:
    """A data service that answers when a test says so, also after later events."""

    def __init__(self) -> None:
        self.known: list[EncodedBars | None] = []
        self.n_revisions_asked = 0

    async def bars(self, *, symbol: str, adjusted: bool, known: EncodedBars | None = None) -> EncodedBars:
        self.known.append(known)
        answer = await _Reply()
        return known if known is not None and known.revision == answer.revision else answer

    async def revisions(self) -> list[RunSymbol]:
        raise AssertionError("all revisions are never requested")

    async def current_revision(self, *, symbol: str) -> str | None:
        self.n_revisions_asked += 1
        return "asked"

    async def symbols(self) -> list[str]:
        return list(SYMBOLS)

    async def health(self) -> Health:
        return Health(status="ok")


class Seen(BarsObserver):
    """An observer that records its calls."""

    def __init__(self) -> None:
        self.outcomes: list[BarsOutcome] = []
        self.n_bytes = 0

    def read(self, outcome: BarsOutcome) -> None:
        self.outcomes.append(outcome)

    def stored(self, n_bytes: int) -> None:
        self.n_bytes = n_bytes

    def alive(self, is_alive: bool) -> None:
        raise AssertionError("the follower tells this")


class System:
    """Kept bars in front of a slow data service, and a feed, on a clock that only a test moves."""

    def __init__(self, max_bytes: int = 1_000_000) -> None:
        self.now = 0.0
        self.freshness = Freshness(lambda: self.now)
        self.data, self.seen = SlowData(), Seen()
        self.kept = KeptBars(self.data, self.freshness, max_bytes, self.seen)

    def beat(self, symbols: list[str] | None = (), seconds: float = 0.0) -> None:  # type: ignore[assignment]
        """Let time pass with heartbeats and renewals, then send a change."""
        while True:
            is_last = seconds <= 0
            given = (None if symbols is None else list(symbols)) if is_last else []
            self.freshness.heard(ChangeEvent(symbols=given, is_alive=True))
            self.freshness.leased(self.now, is_continuous=True)
            if is_last:
                return
            self.now += min(seconds, 1.0)
            seconds -= 1.0

    def begin(self, symbol: str = "AAPL", *, adjusted: bool = False) -> tuple[Reading, EncodedBars | None]:
        """Begin a read; also return its bars if it did not ask."""
        reading = self.kept.bars(symbol=symbol, adjusted=adjusted)
        try:
            reading.send(None)  # starts it
        except StopIteration as end:
            return reading, end.value
        return reading, None

    def read(self, revision: str, symbol: str = "AAPL", *, adjusted: bool = False, n_bytes: int = 10) -> EncodedBars:
        reading, bars = self.begin(symbol, adjusted=adjusted)
        return finish(reading, EncodedBars(revision, b"x" * n_bytes)) if bars is None else bars


def finish(reading: Reading, answer: EncodedBars) -> EncodedBars:
    with pytest.raises(StopIteration) as end:
        reading.send(answer)
    bars: EncodedBars = end.value.value
    return bars
