"""Circuit breaker: after repeated failures, calls are rejected immediately for a cool-down period. Pure.

Closed: every call goes out. After some failures in a row, or when half of the recent calls failed, it opens for a
pause. Half-open, after the pause: one probe goes out, a cheap call, and other calls are rejected until it has ended. A
successful probe closes the breaker on trial: the next failure opens it at once.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "half_open", "open"]
N_IN_A_ROW = 5  # of calls that fail at once; fewer where each failure costs its caller the whole timeout
N_JUDGED, WINDOW_SECONDS, SHARE_FAILED = 20, 10.0, 0.5  # open if half of at least 20 calls in 10 s failed
FIRST_PAUSE_SECONDS = 1.0  # a probe is cheap, and recovery should be noticed quickly
LONGEST_PAUSE_SECONDS = 10.0  # for an upstream whose probes succeed while its calls fail


class Breaker:
    """Decides whether calls to one upstream may go out; it makes none itself.

    Args:
        n_in_a_row: The number of failures in a row that opens it.
        monotonic: The clock.
        jitter: From 0 to 1: lengthens a pause by up to a quarter, so that callers do not all probe at once.
        on_change: Called with every new state.
    """

    def __init__(
        self,
        *,
        n_in_a_row: int = N_IN_A_ROW,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        on_change: Callable[[State], None] = lambda _: None,
    ) -> None:
        self._n_allowed_in_a_row = n_in_a_row
        self._monotonic = monotonic
        self._jitter = jitter
        self._on_change = on_change
        self._pause = FIRST_PAUSE_SECONDS
        self._probe_at = 0.0
        self._period = 0  # number of times it opened: results of calls from earlier periods are ignored
        self._is_on_trial = False
        self._n_in_a_row = 0
        self._calls: deque[tuple[float, bool]] = deque(maxlen=100)
        self._enter("closed")

    @property
    def state(self) -> State:
        """Return the current state."""
        return self._state

    @property
    def period(self) -> int:
        """Return the period that a call starting now passes to `succeeded` or `failed`."""
        return self._period

    @property
    def seconds_until_probe(self) -> float:
        """Return how long an open breaker waits before its next probe."""
        return max(0.0, self._probe_at - self._monotonic())

    def allows_probe(self) -> bool:
        """Say whether this caller must probe. If so, it must call `probe_succeeded` or `probe_failed` at the end."""
        if self._state != "open" or self._monotonic() < self._probe_at:
            return False
        self._enter("half_open")
        return True

    def probe_succeeded(self) -> None:
        """Close it: the upstream answered a probe or a health check."""
        if self._state != "closed":
            self._is_on_trial = True
            self._enter("closed")

    def probe_failed(self) -> None:
        """Open it again for a pause of the same length."""
        if self._state == "half_open":
            self._open()

    def succeeded(self, period: int) -> None:
        """Record that a call was answered, whatever its status."""
        if self._is_news(period):
            self._is_on_trial = False
            self._pause = FIRST_PAUSE_SECONDS
            self._n_in_a_row = 0
            self._calls.append((self._monotonic(), True))

    def failed(self, period: int) -> None:
        """Record that a call was not answered."""
        if not self._is_news(period):
            return
        self._n_in_a_row += 1
        self._calls.append((self._monotonic(), False))
        if self._is_on_trial:
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        if self._is_on_trial or self._n_in_a_row >= self._n_allowed_in_a_row or self._is_half_failed():
            self._open()

    def _is_news(self, period: int) -> bool:
        return self._state == "closed" and period == self._period

    def _is_half_failed(self) -> bool:
        since = self._monotonic() - WINDOW_SECONDS
        answered = [is_answered for at, is_answered in self._calls if at >= since]
        return len(answered) >= N_JUDGED and answered.count(False) >= SHARE_FAILED * len(answered)

    def _open(self) -> None:
        self._period += 1
        self._n_in_a_row = 0
        self._calls.clear()
        self._probe_at = self._monotonic() + self._pause * (1 + self._jitter() / 4)
        self._enter("open")

    def _enter(self, state: State) -> None:
        self._state: State = state
        self._on_change(state)
