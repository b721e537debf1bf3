from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.breaker import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, N_IN_A_ROW, Breaker, State


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Case:
    """A breaker on a clock that stands still, whose pauses are not drawn out."""

    jitter: float = 0.0
    clock: Clock = field(default_factory=Clock)
    told: list[State] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = Breaker(monotonic=self.clock, jitter=lambda: self.jitter, on_change=self.told.append)

    def fail(self, n: int) -> None:
        for _ in range(n):
            self.breaker.failed(self.breaker.period)

    def opened(self) -> "Case":
        self.fail(N_IN_A_ROW)
        return self

    def state(self) -> State:
        return self.breaker.state

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds


def test_five_failures_in_a_row_open_it_and_four_do_not() -> None:
    case = Case()
    case.fail(4)
    case.breaker.succeeded(case.breaker.period)
    case.fail(4)
    assert case.state() == "closed"
    case.fail(1)
    assert case.state() == "open"
    assert case.told == ["closed", "open"]


def test_half_of_twenty_calls_within_ten_seconds_open_it() -> None:
    case = Case()
    for n in range(19):
        (case.breaker.failed if n % 2 else case.breaker.succeeded)(case.breaker.period)
    assert case.state() == "closed"
    case.fail(1)
    assert case.state() == "open"


def test_failures_that_are_long_past_do_not_count() -> None:
    case = Case()
    for n in range(19):
        (case.breaker.failed if n % 2 else case.breaker.succeeded)(case.breaker.period)
    case.wait(11)
    case.fail(1)
    assert case.state() == "closed"


def test_after_the_pause_one_caller_probes_and_the_others_do_not() -> None:
    case = Case().opened()
    case.wait(FIRST_PAUSE_SECONDS - 0.01)
    assert not case.breaker.allows_probe()
    case.wait(0.01)
    assert [case.breaker.allows_probe() for _ in range(3)] == [True, False, False]
    assert case.state() == "half_open"
    case.breaker.probe_succeeded()
    assert case.state() == "closed"
    assert case.told == ["closed", "open", "half_open", "closed"]


def test_a_silent_upstream_is_probed_again_after_the_same_pause() -> None:
    case = Case().opened()
    for _ in range(10):
        case.wait(FIRST_PAUSE_SECONDS)
        assert case.breaker.allows_probe()
        case.breaker.probe_failed()
        assert case.state() == "open"
        assert not case.breaker.allows_probe()


def test_an_upstream_that_is_alive_but_fails_gets_longer_pauses() -> None:
    case, pauses = Case().opened(), []
    for _ in range(6):
        began_at = case.clock.now
        while not case.breaker.allows_probe():
            case.wait(0.25)
        pauses.append(case.clock.now - began_at)
        case.breaker.probe_succeeded()
        case.fail(1)
        assert case.state() == "open", "on trial, one failure is enough"
    assert pauses == [1, 2, 4, 8, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_a_call_that_is_answered_ends_the_trial() -> None:
    case = Case().opened()
    case.breaker.probe_succeeded()
    case.breaker.succeeded(case.breaker.period)
    case.fail(N_IN_A_ROW - 1)
    assert case.state() == "closed"


def test_a_failure_of_a_call_from_before_it_opened_is_ignored_once_it_has_closed() -> None:
    case = Case()
    before = case.breaker.period
    case.opened()
    case.breaker.probe_succeeded()
    case.breaker.failed(before)
    assert case.state() == "closed"
    case.breaker.succeeded(before)
    case.fail(1)
    assert case.state() == "open", "an old success did not end the trial"


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 1.0), (0.5, 1.125), (1.0, 1.25)])
def test_a_pause_is_drawn_out_by_at_most_a_quarter(jitter: float, seconds: float) -> None:
    case = Case(jitter).opened()
    case.wait(seconds - 0.01)
    assert not case.breaker.allows_probe()
    case.wait(0.02)
    assert case.breaker.allows_probe()


class AnyOrder(RuleBasedStateMachine):
    """In any order of events, at most one caller probes, and no caller waits longer than the longest pause."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case(jitter=1.0)
        self.breaker = self.case.breaker
        self.begun: list[int] = []
        self.is_looking = False

    @precondition(lambda self: self.breaker.state == "closed")
    @rule()
    def begin(self) -> None:
        self.begun.append(self.breaker.period)

    @precondition(lambda self: self.begun)
    @rule(at=st.integers(0, 1000), is_answered=st.booleans())
    def end(self, at: int, is_answered: bool) -> None:
        period = self.begun.pop(at % len(self.begun))
        (self.breaker.succeeded if is_answered else self.breaker.failed)(period)

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 13.0]))
    def wait(self, seconds: float) -> None:
        self.case.wait(seconds)

    @rule()
    def ask(self) -> None:
        was_open = self.breaker.state == "open"
        if self.breaker.allows_probe():
            assert was_open
            assert not self.is_looking
            self.is_looking = True

    @precondition(lambda self: self.is_looking)
    @rule(is_alive=st.booleans())
    def looked(self, is_alive: bool) -> None:
        (self.breaker.probe_succeeded if is_alive else self.breaker.probe_failed)()
        self.is_looking = False
        assert not is_alive or self.breaker.state == "closed"

    @rule()
    def health_call(self) -> None:
        self.breaker.probe_succeeded()
        assert self.breaker.state == "closed"
        self.is_looking = False

    @precondition(lambda self: self.breaker.state == "open")
    @rule()
    def longest_pause(self) -> None:
        self.case.wait(LONGEST_PAUSE_SECONDS * 1.25)
        assert self.breaker.allows_probe()
        self.is_looking = True

    @invariant()
    def is_told(self) -> None:
        assert self.case.told[-1] == self.breaker.state


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=50, stateful_step_count=40, deadline=None, derandomize=True)
