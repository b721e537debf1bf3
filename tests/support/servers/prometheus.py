"""A real Prometheus that scrapes the services of a test every second."""

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
    """Return the path of `prometheus` or `promtool`."""
    path = shutil.which(name)
    assert path is not None, f"{name} is missing: run `make prometheus`"
    return path


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    server: Server

    def get(self, path: str, **params: object) -> object:
        """Return the data of a response of its HTTP API."""
        url = f"http://127.0.0.1:{self.server.port}/api/v1/{path}"
        texts = {name: str(value) for name, value in params.items()}
        response = httpx.get(url, params=texts, timeout=PATIENCE_SECONDS).json()
        assert response["status"] == "success", response
        return response["data"]

    def n_series(self, expression: str, begin: float, end: float) -> int:
        """Count the expression's series that are a number at some second from `begin` to `end`."""
        last = begin + math.ceil(end - begin)  # a last step before `end` would miss later scrapes
        data = self.get("query_range", query=expression, start=begin, end=last, step=1)
        assert isinstance(data, dict)
        return sum(any(math.isfinite(float(value)) for _, value in series["values"]) for series in data["result"])

    def wait_for_scrape(self, n_up: int) -> None:
        """Wait until this many services have been scraped after the call."""
        since = time.time()
        scraped = f"count(timestamp(up) > {since} and up == 1) == {n_up}"
        until(lambda: bool(self.n_series(scraped, since, time.time())))


@contextmanager
def running_prometheus(folder: Path, paths: Mapping[str, tuple[int, str]], rules: Path) -> Iterator[Prometheus]:
    """Start a Prometheus that scrapes and evaluates each second; `paths` maps each job to its port and path."""
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
