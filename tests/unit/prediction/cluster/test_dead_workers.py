"""Workers whose process does not come back are removed, so that the cluster starts others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from distributed import LocalCluster

from services.prediction.cluster.opening import replace_dead_workers
from tests.support.polling import until


@dataclass
class _Nanny:
    has_process: bool

    def is_alive(self) -> bool:
        return self.has_process


class _Cluster:
    """Removes workers as Dask does, but the first time with the error of another one that died while it started."""

    def __init__(self) -> None:
        self.workers = {0: _Nanny(has_process=False), 1: _Nanny(has_process=True), 2: _Nanny(has_process=False)}
        self.n_calls = 0

    def sync(self, function: Callable[..., Any], names: set[int]) -> None:
        function(names)

    def scale_down(self, names: set[int]) -> None:
        self.n_calls += 1
        if self.n_calls == 1:
            raise RuntimeError("Nanny failed to start.")
        for name in names:
            del self.workers[name]


def test_it_goes_on_when_another_process_dies_meanwhile() -> None:
    cluster = _Cluster()
    with replace_dead_workers(cast("LocalCluster", cluster), check_seconds=0.01):
        until(lambda: list(cluster.workers) == [1])
    assert cluster.n_calls == 2
