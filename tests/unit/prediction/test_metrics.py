"""The metrics of the prediction service change when the measured thing happens."""

import asyncio
import os
import re
import signal
import time
from dataclasses import replace
from functools import partial
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry
from sklearn.base import RegressorMixin

from services.prediction.forecasting.training import fit_or_load
from services.prediction.metrics import BarMetrics, ComputationMetrics, QueueMetrics
from services.prediction.models.registry import MODELS
from services.prediction.workers.measurements import measured
from services.prediction.workers.process_pool import ProcessWorkers
from services.prediction.workers.queue_observer import Refusal
from shared.errors import Busy
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore
from tests.support.deadlines import within
from tests.support.prediction import simulated
from tests.support.prediction.service import InlineWorkers, serve_prediction
from tests.unit.prediction.forecasting.test_training import CountingStore

CLOSES = [100 + (day * 7919 % 13) for day in range(150)]


def _value(text: str, series: str) -> float:
    match = re.search(f"^{re.escape(series)} (.+)$", text, re.MULTILINE)
    assert match, f"there is no {series}"
    return float(match[1])


async def test_a_result_a_forecast_and_an_evaluation_move_their_own_series() -> None:
    async with serve_prediction(FakeBarStore({"AAPL": make_frame(closes=CLOSES)})) as client:
        before = (await client.get("/metrics")).text
        for path in ("result", "forecast?model=ridge&horizon=2", "evaluation?models=ridge,persistence&windows=20"):
            assert (await client.get(f"/symbols/AAPL/{path}")).status_code == 200
        after = (await client.get("/metrics")).text
    moved = {
        'model_fits_total{model="same_session_close",outcome="fitted"}': 1,
        'model_fits_total{model="ridge",outcome="fitted"}': 2,
        'model_fit_duration_seconds_count{model="ridge"}': 2,
        'model_skill_count{model="ridge"}': 3,
        'computation_duration_seconds_count{task="result"}': 1,
        'computation_duration_seconds_count{task="forecast"}': 1,
        'computation_duration_seconds_count{task="explanation"}': 1,
        'computation_duration_seconds_count{task="evaluation"}': 1,
    }
    assert {series: _value(after, series) - _value(before, series) for series in moved} == moved
    assert 'model_skill_count{model="persistence"}' not in after
    assert 0 < _value(after, 'computation_duration_seconds_sum{task="forecast"}') < 60


async def test_the_dependencies_are_shown() -> None:
    store = FakeBarStore({"AAPL": make_frame()})
    async with serve_prediction(store) as client:
        up = (await client.get("/metrics")).text
        store.is_down = True
        down = (await client.get("/metrics")).text
    async with serve_prediction(FakeBarStore(), InlineWorkers(Busy("They start."))) as client:
        starting = (await client.get("/metrics")).text
    series = [f'dependency_up{{dependency="{name}"}}' for name in ("data", "workers")]
    assert [[_value(text, name) for name in series] for text in (up, down, starting)] == [[1, 1], [0, 1], [1, 0]]


def test_a_model_from_the_store_is_counted_as_kept_and_one_that_fails_as_failed() -> None:
    history, spec, registry = simulated.history(simulated.random_walk(200, 3)), MODELS["ridge"], CollectorRegistry()
    metrics, store = ComputationMetrics(registry), CountingStore()
    for _ in range(2):
        run = measured("forecast", fit_or_load, history, [spec], 2, [90], adjusted=False, store=store)
        metrics.record(run.measurements)
    broken = replace(spec, make=_broken)
    failed = measured("forecast", fit_or_load, history, [broken], 2, [90], adjusted=False, store=None)
    metrics.record(failed.measurements)

    def count(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, {"model": "ridge", **labels})

    assert [count("model_fits_total", outcome=name) for name in ("fitted", "kept", "failed")] == [1, 1, 1]
    assert count("model_fit_duration_seconds_count") == 1
    assert count("model_skill_count") == 1


def _broken() -> RegressorMixin:
    raise RuntimeError("no such estimator")


async def test_the_queue_is_shown_and_each_refusal_counted_by_its_reason() -> None:
    registry = CollectorRegistry()

    def values(*names: str) -> list[float | None]:
        return [registry.get_sample_value(name) for name in names]

    async with ProcessWorkers(
        n_workers=1, prepare=os.getpid, max_waiting=2, timeout_seconds=200, observer=QueueMetrics(registry)
    ) as workers:
        await workers.wait_until_ready()
        assert values("worker_queue_depth", "worker_queue_limit", "workers_busy") == [0, 2, 0]
        running = [asyncio.create_task(workers.run("key", time.sleep, 0.2)) for _ in range(3)]
        await asyncio.sleep(0)
        assert values("worker_queue_depth", "workers_busy") == [2, 1]
        with pytest.raises(Busy):
            await workers.run("key", os.getpid)
        await asyncio.gather(*running)
        assert values("worker_queue_depth", "workers_busy") == [0, 0]
        pid = await workers.run("key", os.getpid)
        with pytest.raises(Busy, match="died"):
            await workers.run("key", os.kill, pid, signal.SIGKILL)
        with pytest.raises(Busy, match="starting"):
            await workers.run("key", os.getpid)
        await workers.wait_until_ready()
        with pytest.raises(Busy, match="in time"):
            await within(0.05, partial(workers.run, "key", time.sleep, 600))
    refusals = {reason: _refusals(registry, reason) for reason in get_args(Refusal)}
    assert refusals == {"queue_full": 1, "too_slow": 1, "died": 1, "not_ready": 1, "harmful": 0}


def _refusals(registry: CollectorRegistry, reason: str) -> float | None:
    return registry.get_sample_value("worker_refusals_total", {"reason": reason})


@pytest.mark.parametrize("keeps", [True, False])
def test_a_feed_that_is_not_followed_is_not_shown_as_lost(keeps: bool) -> None:
    registry = CollectorRegistry()
    BarMetrics(registry, keeps=keeps)
    assert registry.get_sample_value("revision_feed_alive") == (0.0 if keeps else None)
