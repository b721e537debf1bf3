from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.prediction.settings import PredictionSettings


def test_a_call_out_must_fit_into_the_request() -> None:
    with pytest.raises(ValidationError, match="shorter than PREDICTION_BUDGET_SECONDS"):
        PredictionSettings(data_timeout_seconds=5, budget_seconds=5)


@pytest.mark.parametrize(("given", "calendar"), [("XLON", "XLON"), ("", None), (None, None)])
def test_the_calendar_is_an_exchange_or_none(given: str | None, calendar: str | None) -> None:
    assert PredictionSettings().calendar == "XNYS"
    assert PredictionSettings(calendar=given).calendar == calendar
    with pytest.raises(ValidationError, match="use the code of an exchange, for example XNYS"):
        PredictionSettings(calendar="NOPE")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    paths = {name: tmp_path / name for name in ("cluster_ca", "cluster_cert", "cluster_key")}
    for path in paths.values():
        path.touch()
    return {name: str(path) for name, path in paths.items()}


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_a_cluster_without_tls_is_accepted_on_this_machine_only(url: str) -> None:
    assert PredictionSettings(cluster_url=url).cluster_url == url


@pytest.mark.parametrize(
    "url", ["tcp://10.0.0.1:8786", "tcp://scheduler:8786", "tcp://localhost.example.com:8786", "tcp://0.0.0.0:8786"]
)
def test_a_cluster_elsewhere_needs_tls(url: str, files: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must begin with tls://"):
        PredictionSettings(cluster_url=url, **files)


def test_tls_needs_certificates(files: dict[str, Any]) -> None:
    url = "tls://scheduler:8786"
    with pytest.raises(ValidationError, match="PREDICTION_CLUSTER_URL needs certificates"):
        PredictionSettings(cluster_url=url)
    with pytest.raises(ValidationError, match="set all of PREDICTION_CLUSTER_CA"):
        PredictionSettings(cluster_url=url, cluster_ca=files["cluster_ca"])
    assert PredictionSettings(cluster_url=url, **files).cluster_url == url
    Path(files["cluster_key"]).unlink()
    with pytest.raises(ValidationError, match="neither a file nor the text of a PEM file: PREDICTION_CLUSTER_KEY"):
        PredictionSettings(cluster_url=url, **files)
    text = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    settings = PredictionSettings(cluster_url=url, **(files | {"cluster_key": text}))
    assert "abc" not in repr(settings)


@pytest.mark.parametrize("url", ["scheduler:8786", "http://scheduler:8786", "tls://scheduler", "tls://scheduler:x"])
def test_the_address_of_a_cluster_has_a_protocol_and_a_port(url: str, files: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="an address such as tls://scheduler:8786"):
        PredictionSettings(cluster_url=url, **files)
