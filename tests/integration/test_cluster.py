"""A real scheduler and two workers with mutual TLS: the numbers of the embedded cluster; strangers are turned away."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from distributed import Client, Security
from pydantic import SecretStr

from local.servers import free_port
from services.prediction.cluster.opening import open_engine, open_remote_engine
from services.prediction.ports import Engine, EngineLost
from services.prediction.provenance import answer_digest
from services.prediction.settings import PredictionSettings
from services.prediction.tasks import compute_of_run
from services.prediction.universe.symbol_records import decode_result
from shared.schemas.arrow import BarFrame, encode_with_revision
from shared.schemas.bars import EncodedBars
from shared.schemas.runs import RunRequest, RunSymbol
from tests.support.prediction import simulated
from tests.support.prediction.certificates import Certificates, is_let_in, make_certificates

MODULE = [sys.executable, "-m", "services.prediction.cluster"]
REQUEST = RunRequest(horizons=[1], windows=20)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@dataclass(frozen=True)
class Cluster:
    """A scheduler and two workers: the settings of a service that uses them, and their ports for HTTP."""

    settings: PredictionSettings
    http_ports: list[int]


@contextmanager
def _process(words: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*MODULE, *words], env=os.environ | environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module")
def cluster(certificates: Certificates) -> Iterator[Cluster]:
    port, *http_ports = (free_port() for _ in range(4))
    url = f"tls://127.0.0.1:{port}"
    environment = certificates.environment | {"PREDICTION_CLUSTER_URL": url}
    scheduler, *workers = (
        [role, "--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", f"127.0.0.1:{http_port}"]
        for role, http_port in zip(("scheduler", "worker", "worker"), http_ports, strict=True)
    )
    with (
        _process([*scheduler, "--port", str(port)], certificates.environment),
        _process(workers[0], environment),
        _process(workers[1], environment | certificates.texts),
    ):
        settings = _settings(url, certificates)
        with Client(url, security=_security(certificates), timeout=120, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=240)
        yield Cluster(settings, http_ports)


def _settings(url: str, files: Certificates, seconds: float = 60.0) -> PredictionSettings:
    return PredictionSettings(
        cluster_url=url,
        cluster_ca=str(files.ca),
        cluster_cert=str(files.cert),
        cluster_key=SecretStr(str(files.key)),
        cluster_timeout_seconds=seconds,
    )


def _security(files: Certificates) -> Security:
    return Security(
        require_encryption=True,
        tls_ca_file=str(files.ca),
        tls_client_cert=str(files.cert),
        tls_client_key=str(files.key),
    )


def _bars() -> list[tuple[RunSymbol, EncodedBars]]:
    frames = [BarFrame(name, simulated.autoregression(400, seed, phi=0.7)) for seed, name in enumerate("ABCDEF")]
    encoded = [encode_with_revision(frame.columns()) for frame in frames]
    return [
        (RunSymbol(symbol=frame.symbol, revision=bars.revision), bars)
        for frame, bars in zip(frames, encoded, strict=True)
    ]


def _compute(engine: Engine) -> dict[str, Any]:
    """Return what was computed of each symbol, without the time that it took."""
    task = partial(compute_of_run, request=REQUEST, code=answer_digest())
    outcomes = list(engine.map_unordered(task, _bars(), per_worker=4))
    assert [outcome.error for outcome in outcomes] == [None] * 6
    results = {outcome.item[0].symbol: asdict(decode_result(outcome.value or b"")) for outcome in outcomes}
    for result in results.values():
        for model in (model for horizon in result["horizons"] for model in horizon["models"]):
            assert model.pop("seconds") > 0
    return results


def test_a_cluster_at_an_address_computes_what_the_embedded_one_does(cluster: Cluster) -> None:
    with open_engine(cluster.settings) as remote:
        by_cluster = _compute(remote)
    with open_engine(PredictionSettings(workers=1)) as embedded:
        np.testing.assert_equal(_compute(embedded), by_cluster)
    assert set(by_cluster) == set("ABCDEF")


def test_each_process_of_a_cluster_tells_its_health_and_metrics_and_has_no_dashboard(cluster: Cluster) -> None:
    metrics = ("dask_scheduler_workers{", "dask_worker_tick_count_total ", "dask_worker_tick_count_total ")
    for port, metric in zip(cluster.http_ports, metrics, strict=True):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            assert http.get("/health").text == "ok"
            assert f"\n{metric}" in http.get("/metrics").text
            pages = ("/status", "/info/main/workers.html", "/json/counts.json")
            assert {http.get(path).status_code for path in pages} == {404}


def test_a_service_whose_certificate_the_cluster_does_not_know_says_what_is_wrong(
    cluster: Cluster, tmp_path: Path
) -> None:
    settings = _settings(cluster.settings.cluster_url or "", make_certificates(tmp_path), seconds=3.0)
    with pytest.raises(EngineLost, match="does not accept the certificate"), open_remote_engine(settings):
        pass


def test_peers_without_a_certificate_of_the_cluster_are_refused(
    cluster: Cluster, certificates: Certificates, tmp_path: Path
) -> None:
    address = cluster.settings.cluster_url or ""
    assert is_let_in(address, certificates)
    assert not is_let_in(address, make_certificates(tmp_path))
    assert not is_let_in(address, None)
    assert not is_let_in(address, None, uses_tls=False)


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_without_certificates_no_process_of_a_cluster_starts(role: str) -> None:
    ended = subprocess.run([*MODULE, role], capture_output=True, text=True, check=False, timeout=240)
    assert ended.returncode == 1
    assert "it needs certificates. Set PREDICTION_CLUSTER_CA" in ended.stderr
