"""The engine on real processes: outcomes in any order, deaths that cost one item, cancelling, and no process left."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.prediction.dask_engine import MAX_DEATHS, NICENESS, DaskEngine, open_dask_engine
from shared.errors import ComputationRefused, NotEnoughBars


@pytest.fixture(scope="module")
def engine() -> Iterator[DaskEngine]:
    with open_dask_engine(2, 600_000_000) as opened:
        yield opened


def _compute(item: int) -> int:
    if item == 3:
        raise NotEnoughBars("three is too few", required=4, available=3)
    return item * item


def _die_at_zero(item: tuple[int, str]) -> int:
    number, deaths = item
    if number == 0:
        with Path(deaths).open("a") as file:
            file.write("died\n")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _take_a_moment(item: int) -> int:
    time.sleep(0.02)
    return item


def _workers() -> list[psutil.Process]:
    """Return the processes of the workers: those that have been nice."""
    return [process for process in psutil.Process().children(recursive=True) if process.nice() > os.nice(0)]


def _describe_process(_: int) -> tuple[int, int]:
    return os.getpid(), os.nice(0)


def test_every_item_has_one_outcome_and_an_error_is_that_of_its_item(engine: DaskEngine) -> None:
    outcomes = {outcome.item: outcome for outcome in engine.map_unordered(_compute, range(50), at_once=8)}
    assert {item: outcome.value for item, outcome in outcomes.items() if item != 3} == {
        item: item * item for item in range(50) if item != 3
    }
    error = outcomes[3].error
    assert isinstance(error, NotEnoughBars)
    assert (error.detail, error.extras) == ("three is too few", {"required": 4, "available": 3})


def test_items_are_taken_only_as_outcomes_are(engine: DaskEngine) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(30):
            taken.append(item)
            yield item

    n_done = 0
    for _ in engine.map_unordered(_compute, items(), at_once=5):
        n_done += 1
        assert len(taken) <= n_done - 1 + 5
    assert (n_done, len(taken)) == (30, 30)


def test_it_works_in_other_processes_that_let_others_go_first(engine: DaskEngine) -> None:
    described = [outcome.value for outcome in engine.map_unordered(_describe_process, range(40), at_once=8)]
    assert len({value[0] for value in described if value}) == 2
    assert {value[1] for value in described if value} == {os.nice(0) + NICENESS}


def test_nothing_listens_to_other_machines(engine: DaskEngine) -> None:
    list(engine.map_unordered(_compute, [1], at_once=1))
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    sockets = [socket for process in processes for socket in process.net_connections("inet")]
    listening = {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_an_item_that_kills_its_process_three_times_is_the_only_one_that_fails(
    engine: DaskEngine, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    items = [(number, str(deaths)) for number in range(20)]
    outcomes = list(engine.map_unordered(_die_at_zero, items, at_once=8))
    assert sorted(outcome.item[0] for outcome in outcomes) == list(range(20))
    by_number = {outcome.item[0]: outcome for outcome in outcomes}
    assert isinstance(by_number[0].error, ComputationRefused)
    assert {number: outcome.value for number, outcome in by_number.items() if number} == {n: n for n in range(1, 20)}
    assert len(deaths.read_text().splitlines()) == MAX_DEATHS


def test_processes_that_are_killed_from_outside_cost_no_item(engine: DaskEngine) -> None:
    values = []
    for number, outcome in enumerate(engine.map_unordered(_take_a_moment, range(60), at_once=8)):
        values.append(outcome.value)
        if number in (5, 20, 35):
            os.kill(next(iter(_workers())).pid, signal.SIGKILL)
    assert sorted(value or 0 for value in values) == list(range(60))


def test_a_cancelled_map_ends_and_so_do_all_processes() -> None:
    before = set(psutil.Process().children(recursive=True))
    with open_dask_engine(1, 600_000_000) as engine:
        done = 0
        for _ in engine.map_unordered(_take_a_moment, range(100_000), at_once=4):
            done += 1
            if done == 3:
                engine.cancel()
        assert done == 3
    assert set(psutil.Process().children(recursive=True)) - before == set()
