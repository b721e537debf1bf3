"""Load at a steady rate or by closed loops, bounded in time and count, and checks that apply to all answers."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

from tests.support.faults.client import PROBLEM, Answer

One = Callable[[int], Awaitable[Answer]]
LEAKS = re.compile(rb"Traceback|File \"|site-packages|mongodb://|redis://|127\.0\.0\.1|pymongo|httpx", re.IGNORECASE)


async def paced(one: One, rate: float, seconds: float, max_open: int = 400) -> list[Answer]:
    """Start `one(i)` at this rate for this long, whatever their outcome, and wait for all."""
    began_at = time.monotonic()
    tasks: set[asyncio.Task[None]] = set()
    answers: list[Answer] = []
    n_started = 0

    async def record(number: int) -> None:
        answers.append(await one(number))

    while (now := time.monotonic() - began_at) < seconds:
        for number in range(n_started, int(now * rate) + 1):
            if len(tasks) < max_open:
                task = asyncio.create_task(record(number))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        n_started = int(now * rate) + 1
        await asyncio.sleep(min(0.5 / rate, 0.02))
    await asyncio.gather(*tasks)
    return sorted(answers, key=lambda answer: answer.sent_at)


async def closed_loops(one: One, n_loops: int, seconds: float) -> list[Answer]:
    """Send the next request when the last is answered, in this many loops for this long."""
    until = time.monotonic() + seconds
    answers: list[Answer] = []

    async def loop(number: int) -> None:
        while time.monotonic() < until:
            answers.append(await one(number))
            number += n_loops

    await asyncio.gather(*(loop(number) for number in range(n_loops)))
    return answers


async def volley(one: One, n: int) -> list[Answer]:
    """Start this many at once."""
    return list(await asyncio.gather(*(one(number) for number in range(n))))


def statuses(answers: Iterable[Answer]) -> dict[int, int]:
    """Count the answers by status."""
    return dict(sorted(Counter(answer.status for answer in answers).items()))


def named(answers: Iterable[Answer], name: str) -> list[Answer]:
    """Return the answers to requests of this kind."""
    return [answer for answer in answers if answer.name == name]


def between(answers: Iterable[Answer], since: float, until: float = float("inf")) -> list[Answer]:
    """Return the answers to requests that began in this time."""
    return [answer for answer in answers if since <= answer.sent_at < until]


def quantile(answers: Sequence[Answer], share: float) -> float:
    """Return the time in seconds within which this share of the answers came."""
    times = sorted(answer.seconds for answer in answers)
    assert times, "no answer to measure"
    return times[min(len(times) - 1, int(share * len(times)))]


def check_errors(answers: Iterable[Answer]) -> None:
    """Require that each request was answered, and each error is a problem with an id that gives nothing away."""
    for answer in answers:
        assert answer.status, f"{answer.name} was not answered in {answer.seconds:.1f} s"
        if answer.status >= 400:
            _check_error(answer)


def _check_error(answer: Answer) -> None:
    assert answer.headers.get("content-type") == PROBLEM, f"{answer.name}: {answer.status} {answer.body[:100]!r}"
    assert "x-request-id" in answer.headers, f"{answer.name}: {answer.status} without a request id"
    assert answer.status != 500, f"{answer.name}: {answer.body!r}"
    if answer.status in (429, 503):
        assert "retry-after" in answer.headers, f"{answer.name}: {answer.status} without Retry-After"
    found = LEAKS.search(re.sub(rb'"instance":"[^"]*"', b"", answer.body))
    assert not found, f"{answer.name}: {answer.body!r}"
