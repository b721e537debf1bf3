"""A circuit breaker: who does not answer is left alone for a while, and who asks meanwhile is refused at once. Pure.

Closed, every call goes out. After `N_IN_A_ROW` failures, or when half of the last calls failed, it opens for a pause.
After the pause it is half-open: one caller looks whether the upstream is alive, by a call that costs next to nothing,
and the others are refused until it has looked. Alive closes it, on trial: the next failure opens it at once.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "half_open", "open"]
N_IN_A_ROW = 5
N_JUDGED, WINDOW_SECONDS, SHARE_FAILED = 20, 10.0, 0.5  # at least so many calls, of so long, so many of them failed
FIRST_PAUSE_SECONDS = 1.0  # a look costs little, and who starts again is to be seen soon
LONGEST_PAUSE_SECONDS = 10.0  # for who says that it is alive and fails all the same


class Breaker:
    """Decides whether one upstream is asked; no calls are made here.

    Args:
        monotonic: The clock.
        jitter: From 0 to 1: how far a pause is drawn out, by at most a quarter, so that not all callers look at once.
        on_change: Called with each new state.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        on_change: Callable[[State], None] = lambda _: None,
    ) -> None:
        self._monotonic = monotonic
        self._jitter = jitter
        self._on_change = on_change
        self._pause = FIRST_PAUSE_SECONDS
        self._probe_at = 0.0
        self._period = 0  # counts how often it has opened: what a call of an earlier period says is old news
        self._is_on_trial = False
        self._n_in_a_row = 0
        self._calls: deque[tuple[float, bool]] = deque(maxlen=100)
        self._enter("closed")

    @property
    def state(self) -> State:
        """Return where it stands."""
        return self._state

    @property
    def period(self) -> int:
        """Return what a call that begins now gives to `succeeded` or `failed`."""
        return self._period

    def allows_probe(self) -> bool:
        """Say whether this caller is the one to look; who is, calls `alive` or `probe_failed` in the end."""
        if self._state != "open" or self._monotonic() < self._probe_at:
            return False
        self._enter("half_open")
        return True

    def probe_succeeded(self) -> None:
        """Close it: the upstream answered a look or a health call."""
        if self._state != "closed":
            self._is_on_trial = True
            self._enter("closed")

    def probe_failed(self) -> None:
        """Open it again: the look had no answer. The pause stays as short as it was."""
        if self._state == "half_open":
            self._open()

    def succeeded(self, period: int) -> None:
        """Take note that a call was answered, with whatever status."""
        if self._is_news(period):
            self._is_on_trial = False
            self._pause = FIRST_PAUSE_SECONDS
            self._n_in_a_row = 0
            self._calls.append((self._monotonic(), True))

    def failed(self, period: int) -> None:
        """Take note that a call was not answered."""
        if not self._is_news(period):
            return
        self._n_in_a_row += 1
        self._calls.append((self._monotonic(), False))
        if self._is_on_trial:
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        if self._is_on_trial or self._n_in_a_row >= N_IN_A_ROW or self._is_half_failed():
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
