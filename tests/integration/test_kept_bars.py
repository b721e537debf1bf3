"""No prediction is computed from bars from before an acknowledged write, also while bars are used without asking.

The prediction service follows one data service, and the writes go through the other, as behind a balancer.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.polling import PATIENCE_SECONDS, repeating, until
from tests.support.resources import metric
from tests.support.servers.processes import Database, Server, running, service

N_WRITES = 6
BARS = "/symbols/MOVE/bars"
RESULT = "/symbols/MOVE/result"


class System:
    """Two data services on one database, and a prediction service that reads from the second."""

    def __init__(self, writer: httpx.Client, prediction: httpx.Client, server: Server) -> None:
        self.writer, self.prediction, self._server = writer, prediction, server

    def write(self, close: float) -> str:
        """Write through the first data service, and return the revision."""
        rows = [f"2024-01-{day:02},{close},{close + 1},{close - 1},{close},100\n" for day in range(2, 32)]
        body = "Date,Open,High,Low,Close,Volume\n" + "".join(rows)
        url, headers = f"{BARS}?mode=replace", {"Content-Type": "text/csv"}
        self.writer.put(url, content=body, headers=headers).raise_for_status()
        return self.writer.get(BARS).raise_for_status().headers["ETag"].strip('"')

    def revision(self) -> str:
        """Return the revision of the bars that a result is computed from."""
        revision: str = self.prediction.get(RESULT).raise_for_status().json()["data"]["revision"]
        return revision

    def uses_kept_bars(self) -> bool:
        """Say whether a result is computed without asking now."""
        before = metric(self._server, "bar_reads_total", outcome="kept")
        self.revision()
        return metric(self._server, "bar_reads_total", outcome="kept") > before


@pytest.fixture
def system(tmp_path: Path, mongo_url: str, redis_url: str, database: Database) -> Iterator[System]:
    environment = {"DATA_MONGO_URL": mongo_url, "DATA_REDIS_URL": redis_url, "DATA_MONGO_DATABASE": database.name}
    datas = [service(tmp_path, "services.data.app", environment) for _ in range(2)]
    address = {"PREDICTION_DATA_URL": f"http://127.0.0.1:{datas[1].port}"}
    prediction = service(tmp_path, "services.prediction.app", address)
    with ExitStack() as stack:
        for server in (*datas, prediction):
            stack.enter_context(running(server))
        clients = [
            stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_SECONDS))
            for server in (*datas, prediction)
        ]
        for server, client in zip((*datas, prediction), clients, strict=True):
            server.wait_until(lambda client=client: client.get("/readyz").is_success)  # type: ignore[misc]
        yield System(clients[0], clients[2], prediction)


def test_a_result_is_computed_from_what_was_written_last(system: System) -> None:
    system.write(10.0)
    seen = set[str]()

    def read() -> None:
        seen.add(reader.get(RESULT).raise_for_status().json()["data"]["revision"])

    # The service is kept busy, so that reads are under way whenever a write comes.
    with httpx.Client(base_url=system.prediction.base_url, timeout=PATIENCE_SECONDS) as reader, repeating(read):
        for n in range(N_WRITES):
            if n % 3 == 0:
                until(system.uses_kept_bars)
            revision = system.write(20.0 + n)
            assert [system.revision() for _ in range(3)] == [revision] * 3
        until(system.uses_kept_bars)
        assert system.revision() == revision
    assert revision in seen
