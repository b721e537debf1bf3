"""Model-based: no order of events makes a computation use bars from before an acknowledged write."""

from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from shared.schemas.bars import EncodedBars
from shared.schemas.changes import ChangeEvent
from tests.support.prediction.kept_bars import SYMBOLS, Reading, System, finish


class Interleavings(RuleBasedStateMachine):
    """No order of events makes a read return bars from before a write that was acknowledged when the read began.

    A write is acknowledged once this follower has been told of it, or has no lease any more, as the write fence of the
    data service sees to. A data service answers with what was stored at some moment between a request and its answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.system = System()
        self.stored = dict.fromkeys(SYMBOLS, 1)
        self.acknowledged = dict.fromkeys(SYMBOLS, 1)
        self.pending: set[str] = set()
        self.under_way: list[tuple[str, Reading, int, int]] = []  # symbol, read, stored and acknowledged when it began

    def _acknowledge(self) -> None:
        for symbol in self.pending:
            self.acknowledged[symbol] = self.stored[symbol]
        self.pending.clear()

    @rule(symbol=st.sampled_from(SYMBOLS))
    def is_written(self, symbol: str) -> None:
        self.stored[symbol] += 1
        self.pending.add(symbol)
        if not self.system.freshness.is_alive:
            self._acknowledge()

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 6.0]))
    def is_told(self, seconds: float) -> None:
        self.system.beat(sorted(self.pending))
        self._acknowledge()
        self.system.beat(seconds=seconds)

    @rule(seconds=st.sampled_from([0.5, 1.0, 1.9, 2.0, 6.0]))
    def nothing_is_heard(self, seconds: float) -> None:
        self.system.now += seconds
        if not self.system.freshness.is_alive:
            self._acknowledge()

    @rule(what=st.sampled_from(["lost", "gap", "lease"]))
    def feed_fails(self, what: Literal["lost", "gap", "lease"]) -> None:
        if what == "lost":
            self.system.freshness.lost()
            self._acknowledge()
        elif what == "gap":
            self.system.freshness.heard(ChangeEvent(symbols=None, is_alive=True))
        else:
            self.system.freshness.leased(self.system.now, is_continuous=False)

    @rule(symbol=st.sampled_from(SYMBOLS), adjusted=st.booleans())
    def read_begins(self, symbol: str, adjusted: bool) -> None:
        reading, bars = self.system.begin(symbol, adjusted=adjusted)
        if bars is None:
            self.under_way.append((symbol, reading, self.stored[symbol], self.acknowledged[symbol]))
        else:
            assert int(bars.revision) >= self.acknowledged[symbol]

    @precondition(lambda self: self.under_way)
    @rule(position=st.integers(0, 10), share=st.floats(0, 1))
    def read_ends(self, position: int, share: float) -> None:
        symbol, reading, stored, acknowledged = self.under_way.pop(position % len(self.under_way))
        revision = stored + round(share * (self.stored[symbol] - stored))
        assert int(finish(reading, EncodedBars(str(revision), b"")).revision) >= acknowledged


TestInterleavings = Interleavings.TestCase
