"""Cancelling a map, and that no process is left: apart from tests whose engine may start processes meanwhile."""

import time
from threading import Thread

import psutil

from services.prediction.cluster.opening import open_local_engine
from services.prediction.workers import fork_server


def _take_a_moment(item: int) -> int:
    time.sleep(0.02)
    return item


def _wait_at_one(item: int) -> int:
    while item == 1:
        time.sleep(0.02)
    return item


def test_a_cancelled_map_ends_and_so_do_all_processes() -> None:
    fork_server.start(())  # it stays
    before = set(psutil.Process().children(recursive=True))
    with open_local_engine(1, 600_000_000) as engine:
        done = 0
        for _ in engine.map_unordered(_take_a_moment, range(100_000), per_worker=4):
            done += 1
            if done == 3:
                engine.cancel()
        assert done == 3
        assert list(engine.map_unordered(_take_a_moment, range(3), per_worker=4)) == []
    assert set(psutil.Process().children(recursive=True)) - before == set()


def test_another_thread_can_cancel_a_map_that_waits() -> None:
    with open_local_engine(1, 600_000_000) as engine:
        outcomes = engine.map_unordered(_wait_at_one, range(2), per_worker=2)
        assert next(outcomes).value == 0
        cancelling = Thread(target=engine.cancel)
        cancelling.start()
        assert list(outcomes) == []
        cancelling.join()
