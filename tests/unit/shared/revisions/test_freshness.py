"""Model-based: no order of events lets an answer be served unasked that may be outdated.

The model keeps the plain history: when each heartbeat, change, gap and request happened. Its rule is the definition in
docs/decisions/0030-answers-are-kept-by-revision.md, computed from that history anew for each question.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.revisions.freshness import ALIVE_SECONDS, SETTLING_SECONDS, Confirmation, Freshness
from shared.schemas.changes import LEASE_SECONDS, ChangeEvent

SYMBOLS = ("AAPL", "MSFT")
Asked = tuple[str | None, float, int, Confirmation]  # symbol, when, position in the history, what was returned


class Feed(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.freshness = Freshness(lambda: self.now)
        self.history: list[tuple[float, str, frozenset[str]]] = [(0.0, "gap", frozenset())]
        self.alive_until = self.leased_until = -1.0
        self.answers: list[Asked] = []

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 1.9, 2.0, 2.5, 5.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(n=st.integers(4, 12))
    def heartbeats_come_each_second(self, n: int) -> None:
        for _ in range(n):
            self.now += 1.0
            self.event_comes(set(), is_alive=True)
            self.lease_is_extended(0.0, is_continuous=True)

    @rule(symbols=st.none() | st.sets(st.sampled_from(SYMBOLS)), is_alive=st.booleans() | st.just(True))
    def event_comes(self, symbols: set[str] | None, is_alive: bool) -> None:
        if self.now >= self.alive_until or symbols is None:
            self.history.append((self.now, "gap", frozenset()))
        if symbols:
            self.history.append((self.now, "change", frozenset(symbols)))
        self.alive_until = self.now + ALIVE_SECONDS if is_alive else -1.0
        given = None if symbols is None else sorted(symbols)
        self.freshness.heard(ChangeEvent(symbols=given, is_alive=is_alive))

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.5, 2.5]), is_continuous=st.booleans() | st.just(True))
    def lease_is_extended(self, seconds: float, is_continuous: bool) -> None:
        """The answer comes so many seconds after the request was sent."""
        sent_at = self.now
        self.now += seconds
        if not is_continuous or self.now >= self.leased_until:
            self.history.append((self.now, "gap", frozenset()))
        self.leased_until = sent_at + LEASE_SECONDS
        self.freshness.leased(sent_at, is_continuous=is_continuous)

    @rule()
    def stream_ends(self) -> None:
        self.alive_until = -1.0
        self.freshness.lost()

    @rule(symbol=st.sampled_from(SYMBOLS))
    def write_goes_through_this_gateway(self, symbol: str) -> None:
        self.history.append((self.now, "change", frozenset({symbol})))
        self.freshness.changed([symbol])

    @rule(symbol=st.sampled_from((*SYMBOLS, None)))
    def answer_is_asked_for(self, symbol: str | None) -> None:
        self.answers.append((symbol, self.now, len(self.history), self.freshness.begin(symbol)))

    @invariant()
    def no_answer_is_served_unasked_that_may_be_outdated(self) -> None:
        for symbol, asked_at, position, confirmation in self.answers:
            concerning = [
                (at, index)
                for index, (at, kind, symbols) in enumerate(self.history)
                if kind == "gap" or symbol is None or symbol in symbols
            ]
            is_unchanged = all(index < position for _, index in concerning)
            is_settled = all(asked_at >= at + SETTLING_SECONDS for at, _ in concerning)
            expected = self.now < min(self.alive_until, self.leased_until) and is_unchanged and is_settled
            assert self.freshness.allows(symbol, confirmation) == expected
            assert self.freshness.is_current(symbol, confirmation) == is_unchanged


TestFeed = Feed.TestCase
