"""A real Prometheus that scrapes the services of a test every second, and what it answers to a query."""

import json
import math
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.servers import free_port
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.servers.processes import Server, running


def program(name: str) -> str:
    """Return where `prometheus` or `promtool` is."""
    found = shutil.which(name)
    assert found is not None, f"{name} is not there: run `make prometheus`"
    return found


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    server: Server

    def get(self, path: str, **params: object) -> object:
        """Return the data of an answer of its HTTP API."""
        url = f"http://127.0.0.1:{self.server.port}/api/v1/{path}"
        given = {name: str(value) for name, value in params.items()}
        answer = httpx.get(url, params=given, timeout=PATIENCE_SECONDS).json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def n_series(self, expression: str, begin: float, end: float) -> int:
        """Return how many series the expression has that are a number at some second from `begin` to `end`."""
        last = begin + math.ceil(end - begin)  # a step before the end would leave out what was scraped after it
        data = self.get("query_range", query=expression, start=begin, end=last, step=1)
        assert isinstance(data, dict)
        return sum(any(math.isfinite(float(value)) for _, value in one["values"]) for one in data["result"])

    def wait_for_scrape(self, n_up: int) -> None:
        """Return when so many services have been scraped since now."""
        since = time.time()
        scraped = f"count(timestamp(up) > {since} and up == 1) == {n_up}"
        until(lambda: bool(self.n_series(scraped, since, time.time())))


@contextmanager
def running_prometheus(folder: Path, paths: Mapping[str, tuple[int, str]], rules: Path) -> Iterator[Prometheus]:
    """Start a Prometheus that scrapes and evaluates each second; `paths` has the port and the path of each job."""
    jobs = [
        {"job_name": job, "metrics_path": path, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
        for job, (port, path) in paths.items()
    ]
    every_second = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config = folder / "prometheus.yml"
    config.write_text(json.dumps({"global": every_second, "rule_files": [str(rules)], "scrape_configs": jobs}))
    port = free_port()
    command = [program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    with running(Server("prometheus", command, port, folder / "prometheus.log", {})) as server:
        server.wait_until(lambda: httpx.get(f"http://127.0.0.1:{port}/-/ready").is_success)
        yield Prometheus(server)
