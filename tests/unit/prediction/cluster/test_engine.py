"""The engine on real processes: outcomes in any order, and deaths that cost one item."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import get_worker

from services.prediction.cluster.engine import MAX_DEATHS, DaskEngine
from services.prediction.cluster.opening import NICENESS, open_local_engine
from shared.errors import ComputationRefused, NotEnoughBars
from tests.support.prediction.certificates import is_let_in, make_certificates


@pytest.fixture(scope="module")
def engine() -> Iterator[DaskEngine]:
    with open_local_engine(2, 600_000_000) as opened:
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


def _describe_process(_: int) -> tuple[int, int]:
    return os.getpid(), os.nice(0)


def _name_periodic_work(_: int) -> dict[str, float]:
    return {name: work.callback_time for name, work in get_worker().periodic_callbacks.items()}


def _describe_process_in_a_moment(item: int) -> tuple[int, int]:
    time.sleep(0.02)
    return _describe_process(item)


def test_every_item_has_one_outcome_and_an_error_is_that_of_its_item(engine: DaskEngine) -> None:
    outcomes = {outcome.item: outcome for outcome in engine.map_unordered(_compute, range(50), per_worker=4)}
    assert {item: outcome.value for item, outcome in outcomes.items() if item != 3} == {
        item: item * item for item in range(50) if item != 3
    }
    error = outcomes[3].error
    assert isinstance(error, NotEnoughBars)
    assert (error.detail, error.extras) == ("three is too few", {"required": 4, "available": 3})


def test_a_worker_spends_no_time_on_measurements_that_nothing_shows(engine: DaskEngine) -> None:
    (outcome,) = engine.map_unordered(_name_periodic_work, [0], per_worker=1)
    assert outcome.value is not None
    assert "profile" not in outcome.value
    assert outcome.value["tick"] == 1000  # milliseconds


def test_items_are_taken_only_as_outcomes_are(engine: DaskEngine) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(30):
            taken.append(item)
            yield item

    n_done = 0
    for _ in engine.map_unordered(_compute, items(), per_worker=3):
        n_done += 1
        assert len(taken) <= n_done - 1 + 6
    assert (n_done, len(taken)) == (30, 30)


def test_it_works_in_other_processes_that_let_others_go_first(engine: DaskEngine) -> None:
    described = [outcome.value for outcome in engine.map_unordered(_describe_process, range(40), per_worker=4)]
    assert len({value[0] for value in described if value}) == 2
    assert {value[1] for value in described if value} == {max(NICENESS, os.nice(0))}


def test_nothing_listens_to_other_machines(engine: DaskEngine) -> None:
    list(engine.map_unordered(_compute, [1], per_worker=1))
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    sockets = [socket for process in processes for socket in process.net_connections("inet")]
    listening = {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_only_holders_of_the_certificate_can_connect_to_the_cluster(engine: DaskEngine, tmp_path: Path) -> None:
    assert engine.address.startswith("tls://127.0.0.1:")
    assert not is_let_in(engine.address, make_certificates(tmp_path))
    assert not is_let_in(engine.address, None)
    assert not is_let_in(engine.address, None, uses_tls=False)
    assert [outcome.value for outcome in engine.map_unordered(_compute, [2], per_worker=1)] == [4]


def test_an_item_that_kills_its_process_three_times_is_the_only_one_that_fails(
    engine: DaskEngine, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    items = [(number, str(deaths)) for number in range(20)]
    outcomes = list(engine.map_unordered(_die_at_zero, items, per_worker=4))
    assert sorted(outcome.item[0] for outcome in outcomes) == list(range(20))
    by_number = {outcome.item[0]: outcome for outcome in outcomes}
    assert isinstance(by_number[0].error, ComputationRefused)
    assert {number: outcome.value for number, outcome in by_number.items() if number} == {n: n for n in range(1, 20)}
    assert len(deaths.read_text().splitlines()) == MAX_DEATHS


def test_processes_that_are_killed_from_outside_cost_no_item(engine: DaskEngine) -> None:
    items = []
    for number, outcome in enumerate(engine.map_unordered(_describe_process_in_a_moment, range(60), per_worker=4)):
        assert outcome.value is not None
        items.append(outcome.item)
        if number in (5, 20, 35):
            os.kill(outcome.value[0], signal.SIGKILL)
    assert sorted(items) == list(range(60))
