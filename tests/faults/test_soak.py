"""B13: half an hour of mixed load, during which nothing may grow. `make soak` runs it; SOAK_SECONDS is its duration."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from tests.support.faults.client import Answer, Request
from tests.support.faults.load import check_errors, named, paced, quantile
from tests.support.faults.stack import SYMBOLS, FaultStack, random_bars
from tests.support.faults.table import Figures
from tests.support.resources import Usage, usage

SECONDS = float(os.environ.get("SOAK_SECONDS", "1800"))
RATE = 30.0
LOAD_SECONDS = min(30.0, SECONDS / 20)
SAMPLE_SECONDS = LOAD_SECONDS / 3
WARM_UP = 0.3  # of the duration: caches and allocators grow at first
READS = [
    *["/api/stocks/{}/bars?start=2014-06-01"] * 10,
    *["/api/stocks/{}"] * 4,
    *["/api/stocks?query={}"] * 2,
    "/api/stocks/{}/result",
    "/api/stocks/{}/forecast?horizon=5",
    "/api/stocks/N{}",
    "/nowhere/{}",
]


async def _until(end: float, pause: float, act: Callable[[int], Awaitable[None]]) -> None:
    number = 0
    while time.monotonic() < end:
        await act(number)
        number += 1
        await asyncio.sleep(pause)


@pytest.mark.timeout(SECONDS + 600)
@pytest.mark.scenario("B13")
async def test_nothing_grows(stack: FaultStack, figures: Figures) -> None:
    dice = np.random.default_rng(13)
    order = dice.permutation(np.arange(1000) % len(READS))
    services = (stack.servers.gateway, stack.servers.data, stack.servers.prediction)
    samples: list[list[Usage]] = []

    async def one(number: int) -> Answer:
        path = READS[order[number % 1000]]
        return await stack.ask(Request(path.format(SYMBOLS[number * 7 % 20]), name=path))

    async def load(number: int) -> None:
        answer = await stack.put(SYMBOLS[number % 20], random_bars(1000 + number), "?mode=replace")
        assert answer.status == 200, answer.body  # ends the test at once

    async def sample(_: int) -> None:
        samples.append([usage(server) for server in services])

    end = time.monotonic() + SECONDS
    answers, _, _ = await asyncio.gather(
        paced(one, RATE, SECONDS), _until(end, LOAD_SECONDS, load), _until(end, SAMPLE_SECONDS, sample)
    )
    check_errors(answers)
    assert {answer.status for answer in answers} <= {200, 404}
    _judge_times(answers, figures)
    for number, server in enumerate(services):
        _judge_growth(server.name, [one[number] for one in samples[int(WARM_UP * len(samples)) :]], figures)


def _judge_times(answers: list[Answer], figures: Figures) -> None:
    first, last = answers[: len(answers) // 2], answers[len(answers) // 2 :]
    for path in ("/api/stocks/{}/bars?start=2014-06-01", "/api/stocks/{}"):
        drift = quantile(named(last, path), 0.95) / quantile(named(first, path), 0.95) - 1
        figures.at_most(f"{path.rpartition('/')[2] or path}: p95 drift", drift, 0.2)


def _judge_growth(name: str, samples: list[Usage], figures: Figures) -> None:
    half = len(samples) // 2
    for what in ("n_descriptors", "n_threads"):
        earlier = max(getattr(one, what) for one in samples[:half])
        later = max(getattr(one, what) for one in samples[half:])
        figures.at_most(f"{name} {what} more", later - earlier, 4)  # connections that happen to be open
    minutes = np.arange(len(samples)) * SAMPLE_SECONDS / 60
    memory = np.array([one.rss_mb for one in samples])
    slope = np.polyfit(minutes, memory, 1)[0] * 10 / memory[0]
    figures.at_most(f"{name} memory % in 10 minutes", 100 * slope, 1 if SECONDS >= 1200 else 100)
