"""The breaker that probes by itself."""

import asyncio

from shared import deadline
from shared.errors import StoreUnavailable
from shared.probed_breaker import ProbedBreaker
from tests.support.polling import wait_until


async def test_it_probes_on_when_the_time_of_the_request_that_failed_is_over() -> None:
    left: list[float] = []

    async def probe() -> None:
        left.append(deadline.seconds_left(60))
        if len(left) < 2:
            raise StoreUnavailable("It does not answer.")

    breaker = ProbedBreaker(probe, n_in_a_row=1, on_change=lambda _: None)
    with deadline.within(0.01):
        breaker.failed(breaker.period)
    await asyncio.sleep(0.02)
    assert not breaker.is_closed
    await wait_until(lambda: breaker.is_closed)
    assert left == [60, 60]
