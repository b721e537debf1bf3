"""Every panel of every dashboard has data from the real services after a short load with failures."""

import json
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import compute_digest
from tests.support.deploy.dashboards import FILES, RULES, Json, read, targets
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.servers.processes import load_sample, running_stack
from tests.support.servers.prometheus import Prometheus, running_prometheus

KEY = {"X-API-Key": "a-key-that-may-write"}
HIGH_BELOW_CLOSE = "Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,0.5,1.5,9\n2024-01-03,1,2,0.5,3,9\n"
EXPECTED = {"ServiceDown", "DependencyDown", "BreakerOpen", "CacheFailing", "StaleData"}  # for the failures below
EXPECTED |= {"AvailabilityBurnFast", "AvailabilityBurnSlow"}


@dataclass(frozen=True)
class Watched:
    """A Prometheus and the period of the load that it scraped."""

    prometheus: Prometheus
    begin: float
    end: float

    def empty(self, dashboard: Json) -> list[str]:
        """Return the queries of the dashboard without a series that contains a number."""
        return [
            f"{target.panel}: {target.expression}"
            for target in targets(dashboard)
            if not self.prometheus.n_series(_with_something(target.expression), self.begin, self.end)
        ]

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        data = self.prometheus.get("query", query='ALERTS{alertstate="firing"}')
        assert isinstance(data, dict)
        return {one["metric"]["alertname"] for one in data["result"]}


def _with_something(expression: str) -> str:
    """Rewrite the expression so that zeros substituted for missing series do not count."""
    return f"({expression}) > 0" if " or 0 * " in expression else expression


def _load(url: str, symbol: str) -> None:
    """Send valid, invalid and slow requests; load valid and invalid rows."""
    with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as api:
        for one in (symbol, symbol, "NOPE", "not-a-symbol!"):
            api.post("/api/result", json={"stock_symbol": one})
        api.get("/api/stocks", params={"query": "A"})
        api.get(f"/api/stocks/{symbol}/forecast")
        api.get(f"/api/stocks/{symbol}/evaluation")
        for form in ("json", "csv"):  # from the cache, which the prediction service has filled
            api.get(f"/api/stocks/{symbol}/bars", params={"format": form})
        api.put("/api/stocks/NEW/bars", content=HIGH_BELOW_CLOSE, headers=KEY | {"Content-Type": "text/csv"})


def _load_without_cache_and_predictions(url: str) -> None:
    """Send requests that need the stopped cache and the stopped service."""
    with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as api:
        for symbol in ("AAPL", "FB", "IBM"):
            for _ in range(4):
                api.post("/api/result", json={"stock_symbol": symbol})
            api.get(f"/api/stocks/{symbol}/bars")


def _at_once(folder: Path) -> Path:
    """Write a copy of the rules whose alerts fire without waiting."""
    path = folder / "rules.yml"
    path.write_text(re.sub(r"^( +for:) .+$", r"\1 0s", RULES.read_text(), flags=re.MULTILINE))
    return path


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    with running_stack(folder, {"GATEWAY_API_KEYS": compute_digest(KEY["X-API-Key"])}) as stack:
        paths = {
            "gateway": (stack.gateway.port, "/api/metrics"),
            "data": (stack.data.port, "/metrics"),
            "prediction": (stack.prediction.port, "/metrics"),
        }
        begin = time.time()
        with running_prometheus(folder, paths, _at_once(folder)) as prometheus:
            load_sample(stack)
            # A counter first seen at 1 has no increase yet; what was asked before, the gateway has kept.
            for symbol in ("AAPL", "FB"):
                _load(stack.url, symbol)
                prometheus.wait_for_scrape(3)
            stack.valkey.stop(signal.SIGKILL)
            stack.prediction.stop(signal.SIGKILL)
            for _ in range(2):
                _load_without_cache_and_predictions(stack.url)
                prometheus.wait_for_scrape(2)
            until(lambda: Watched(prometheus, begin, time.time()).firing() >= EXPECTED)
            yield Watched(prometheus, begin, time.time())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_query_of_every_panel_has_a_series(watched: Watched, path: Path) -> None:
    assert watched.empty(read(path)) == []


@pytest.mark.parametrize(("name", "wrong"), [("http_requests_total", "http_requets_total"), ("5..", "five..")])
def test_a_misspelled_metric_or_label_is_found(watched: Watched, name: str, wrong: str) -> None:
    overview = next(path for path in FILES if path.stem == "overview")
    assert name in overview.read_text()
    (found,) = watched.empty(json.loads(overview.read_text().replace(name, wrong)))
    assert wrong in found


def test_every_series_that_an_alert_or_a_record_reads_is_there(watched: Watched) -> None:
    series = set(re.findall(r"[a-z_]+\{[^{}]*\}", re.sub(r"\{\{.*?\}\}", "", RULES.read_text())))
    assert len(series) > 10
    assert [one for one in series if not watched.prometheus.n_series(one, watched.begin, watched.end)] == []


def test_the_alerts_fire_for_what_was_broken_and_no_other(watched: Watched) -> None:
    of_a_slow_machine = {"LatencyBurnFast", "LatencyBurnSlow"}
    assert watched.firing() - of_a_slow_machine == EXPECTED
