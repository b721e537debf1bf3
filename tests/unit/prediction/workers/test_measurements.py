"""A worker returns its measurements whether the work succeeds or fails."""

import pytest

from services.prediction.workers import measurements
from services.prediction.workers.measurements import Measured, WorkerTraceback, measured
from services.prediction.workers.process_pool import ProcessWorkers
from shared.errors import NotEnoughBars


def _nothing() -> None:
    pass


def _double(number: int) -> int:
    with measurements.measure_fit("ridge"):
        return 2 * number


def _refuse() -> int:
    with measurements.measure_fit("ridge"):
        raise NotEnoughBars("7 bars are needed.", required=7)


def test_a_value_comes_with_its_measurements() -> None:
    run = measured("result", _double, 21)
    assert run.unwrap() == 42
    assert [fit.outcome for fit in run.measurements.fits] == ["fitted"]
    assert [task for task, _ in run.measurements.seconds] == ["result"]


async def test_an_error_crosses_processes_with_its_extras_measurements_and_traceback() -> None:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        run: Measured[int] = await workers.run("key", measured, "result", _refuse)
    assert [fit.outcome for fit in run.measurements.fits] == ["failed"]
    assert run.measurements.seconds == []
    with pytest.raises(NotEnoughBars) as raised:
        run.unwrap()
    assert raised.value.extras == {"required": 7}
    assert isinstance(raised.value.__cause__, WorkerTraceback)
    assert "in _refuse" in str(raised.value.__cause__)


def test_measurements_outside_of_a_computation_are_discarded() -> None:
    assert _double(1) == 2
    assert measured("result", int).measurements.fits == []


async def test_a_value_crosses_processes_with_its_measurements() -> None:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        run: Measured[int] = await workers.run("key", measured, "forecast", _double, 1)
    assert run.unwrap() == 2
    assert [fit.outcome for fit in run.measurements.fits] == ["fitted"]
    assert [task for task, _ in run.measurements.seconds] == ["forecast"]
