"""Forecasts, evaluations, the ledger and the README's results, through the public API of the whole system."""

import concurrent.futures
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import compute_digest
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.resources import metric
from tests.support.servers.processes import Stack, load_sample, running_stack

KEY = {"X-API-Key": "a-key-that-may-write"}
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Stack]:
    settings = {"PREDICTION_MODELS_DIR": str(models_dir), "GATEWAY_API_KEYS": compute_digest(KEY["X-API-Key"])}
    with running_stack(tmp_path_factory.mktemp("stack"), settings) as stack:
        load_sample(stack)
        yield stack


def _answered(api: httpx.Client, url: str) -> httpx.Response:
    """Send the request, retry while a slow machine is busy, and return the response."""
    found: list[httpx.Response] = []

    def is_answered() -> bool:
        found.append(api.get(url))
        return found[-1].status_code != 503

    until(is_answered)
    assert found[-1].status_code == 200
    return found[-1]


def test_a_forecast_is_dated_by_the_exchange_and_is_compared_with_no_change(api: httpx.Client) -> None:
    found = api.get("/api/stocks/AAPL/forecast", params={"as_of": "2012-12-21", "horizon": 7}).json()
    assert [step["session"] for step in found["steps"]] == [
        "2012-12-24",
        "2012-12-26",  # the exchange was closed on Christmas Day
        "2012-12-27",
        "2012-12-28",
        "2012-12-31",
        "2013-01-02",  # and on New Year's Day
        "2013-01-03",
    ]
    assert found["as_of"] == "2012-12-21"
    for step in found["steps"]:
        assert step["lower"] < step["point"] < step["upper"]
        assert step["mae_of_persistence"] > 0
        assert 0.8 < step["coverage"] <= 1
    assert found["choice"]["asked_for"] == "auto"
    assert len(found["choice"]["candidates"]) == 6


def test_every_model_and_every_symbol_gives_an_evaluation(api: httpx.Client) -> None:
    for symbol in api.get("/api/stocks/all").json():
        answer = api.get(f"/api/stocks/{symbol}/evaluation")
        assert answer.status_code == 200
        assert [model["name"] for model in answer.json()["models"]] == [
            model["name"] for model in api.get("/api/models").json()["models"]
        ]


def test_the_same_request_gives_the_same_bytes_also_after_a_restart_without_fitting_anew(
    api: httpx.Client, stack: Stack, models_dir: Path
) -> None:
    url = "/api/stocks/MSFT/forecast?model=gradient_boosting&horizon=20"
    fresh = _answered(api, url)
    files = {path.name: path.read_bytes() for path in models_dir.iterdir()}
    stack.prediction.stop(signal.SIGTERM)
    stack.prediction.start()
    stack.gateway.wait_until(stack.is_healthy)
    again = _answered(api, url)
    assert again.content == fresh.content
    assert again.headers["etag"] == fresh.headers["etag"]
    assert {path.name: path.read_bytes() for path in models_dir.iterdir()} == files
    assert api.get(url, headers={"If-None-Match": fresh.headers["etag"]}).status_code == 304


def test_identical_requests_at_a_time_are_computed_once(api: httpx.Client, stack: Stack) -> None:
    before = metric(stack.prediction, "evaluation_duration_seconds_count")
    url = f"{stack.url}/api/stocks/IBM/evaluation?windows=999"
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: httpx.get(url, timeout=PATIENCE_SECONDS), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert (
        metric(stack.prediction, "evaluation_duration_seconds_count") - before < 5
    )  # some may arrive after the first ends


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("forecast?horizon=21", 422, "horizon"),
        ("forecast?horizon=nan", 422, "horizon"),
        ("forecast?level=100", 422, "level"),
        ("forecast?model=oracle", 422, "linear_regression"),
        ("forecast?as_of=2012-13-01", 422, "as_of"),
        ("forecast?as_of=1999-01-01", 409, "at least"),
        ("forecast?days=3", 422, "days"),
        ("evaluation?models=oracle", 422, "linear_regression"),
        ("evaluation?windows=0", 422, "windows"),
        ("evaluation?window=rolling", 422, "sliding"),
    ],
)
def test_what_cannot_be_answered_is_reported_plainly(api: httpx.Client, query: str, status: int, says: str) -> None:
    answer = api.get(f"/api/stocks/GOOG/{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.text


@pytest.mark.parametrize(
    ("symbol", "skill", "over_midrange", "over_formula", "coverage"),
    [
        ("AAPL", 0.64, 0.22, -0.08, 0.898),
        ("FB", 0.67, 0.32, -0.09, 0.850),
        ("GOOG", 0.65, 0.21, -0.0, 0.905),
        ("IBM", 0.62, 0.17, -0.01, 0.899),
        ("MSFT", 0.62, 0.17, -0.01, 0.898),
    ],
)
def test_the_skills_and_the_coverage_that_the_readme_gives(
    api: httpx.Client, symbol: str, skill: float, over_midrange: float, over_formula: float, coverage: float
) -> None:
    result = api.post("/api/result", json={"stock_symbol": symbol}).json()
    skills = [round(result[name], 2) for name in ("skill", "midrange_skill", "fixed_formula_skill")]
    assert skills == [skill, over_midrange, over_formula]
    assert round(result["interval"]["coverage"], 3) == coverage


def _shown_after(command: str) -> list[str]:
    """Return what the README shows below the command that contains this."""
    text = README.read_text().split(command)[1]
    return text.split("\n\n", 1)[0].splitlines()[1:]


def test_the_examples_of_the_readme_show_what_is_answered(api: httpx.Client) -> None:
    result = api.post("/api/result", json={"stock_symbol": "AAPL"}).json()
    shown = [float(line) for line in _shown_after("jq '.skill, .metrics.mae'")]
    assert shown == pytest.approx([result["skill"], result["metrics"]["mae"]], rel=1e-9)
    forecast = api.get("/api/stocks/AAPL/forecast", params={"horizon": 5}).json()
    verdict, session, *prices = _shown_after("jq -r '.verdict, (.steps[0] | .session, .lower, .point, .upper)'")
    step = forecast["steps"][0]
    assert (verdict, session) == (forecast["verdict"], step["session"])
    assert list(map(float, prices)) == pytest.approx([step["lower"], step["point"], step["upper"]], rel=1e-9)
    model = api.get("/api/stocks/AAPL/evaluation", params={"models": "ridge", "horizon": 5}).json()["models"][0]
    assert _shown_after("jq -r '.models[0] | .name, .skill.verdict'") == ["ridge", model["skill"]["verdict"]]


def test_a_forecast_is_kept_once_and_compared_when_its_session_comes_though_late(
    api: httpx.Client,
) -> None:
    assert api.post("/api/stocks/FB/ledger", json={}).status_code == 401
    kept = api.post("/api/stocks/FB/ledger", json={"horizon": 2, "model": "ridge"}, headers=KEY).json()
    assert (kept["kept"], kept["known"]) == (2, 0)
    assert api.post("/api/stocks/FB/ledger", json={"horizon": 2, "model": "ridge"}, headers=KEY).json()["known"] == 2
    ledger = api.get("/api/stocks/FB/ledger").json()
    assert (ledger["n_scored"], ledger["n_late"]) == (0, 2)  # the sample's sessions are long over

    first = kept["forecast"]["steps"][0]
    bar = f"Date,Open,High,Low,Close,Volume\n{first['session']},27,30,25,{first['point']:.2f},1000\n"
    loaded = api.put("/api/stocks/FB/bars", content=bar, headers=KEY | {"content-type": "text/csv"})
    assert loaded.json()["inserted"] == 1
    ledger = api.get("/api/stocks/FB/ledger").json()
    assert (ledger["n_scored"], ledger["n_late"], ledger["coverage"][0]["coverage"]) == (0, 2, None)
    record = next(record for record in ledger["records"] if record["sessions_ahead"] == 1)
    assert (record["point"], record["state"], record["asked_for"]) == (first["point"], "late", "ridge")
    assert [known["close"] for known in record["closes"]][-1] == record["last_close"]
    assert record["actual"] == pytest.approx(first["point"], abs=0.01)
