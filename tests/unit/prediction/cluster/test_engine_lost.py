"""A cluster that goes away at any moment is a lost cluster, never an item that failed."""

from collections.abc import Iterator
from typing import Any

import pytest
from distributed import Client, LocalCluster
from distributed.comm.core import CommClosedError

from services.prediction.cluster.engine import DaskEngine, WorkerCount
from services.prediction.ports import EngineLost


@pytest.fixture
def client() -> Iterator[Client]:
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0")
    with cluster, Client(cluster, set_as_default=False) as opened:
        yield opened


def _double(item: int) -> int:
    if item < 0:
        raise OSError("no such file")
    return 2 * item


def test_an_item_that_is_read_after_the_cluster_went_away_finds_it_lost(client: Client) -> None:
    outcomes = DaskEngine(client, WorkerCount(client)).map_unordered(_double, range(100), per_worker=1)
    assert next(outcomes).value == 0
    client.close()
    with pytest.raises(EngineLost):
        next(outcomes)


def test_the_workers_of_a_cluster_that_is_gone_can_be_counted(client: Client) -> None:
    count = WorkerCount(client)
    client.close()
    assert count() == 1


def test_a_connection_that_breaks_while_a_value_is_fetched_is_a_lost_cluster(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_off(*_: Any) -> None:
        raise CommClosedError

    monkeypatch.setattr(client, "_gather_remote", break_off)
    with pytest.raises(EngineLost):
        next(DaskEngine(client, lambda: 1).map_unordered(_double, [1], per_worker=1))


def test_a_broken_connection_of_the_item_itself_is_its_own_error(client: Client) -> None:
    (outcome,) = DaskEngine(client, lambda: 1).map_unordered(_double, [-1], per_worker=1)
    assert isinstance(outcome.error, OSError)


def test_a_map_whose_cluster_is_gone_can_be_cancelled(client: Client) -> None:
    engine = DaskEngine(client, lambda: 1)
    client.close()
    engine.cancel()
