"""The gateway's routes of runs on the data service's own app, and a prediction service that queues runs."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import httpx
import pytest

from gateway.examples import runs as examples
from services.data.app import create_app as create_data_app
from services.data.settings import DataSettings
from shared.clients.runs import RunsClient
from shared.errors import InvalidRequest
from shared.schemas.runs import MAX_SYMBOLS, Run, RunList, RunRequest
from tests.support.asgi import serve
from tests.support.data.fakes import FakeBarStore, fakes
from tests.support.data.run_stores import FakeRunStore, make_new_run
from tests.support.gateway.service import WITH_KEY, FakePrediction, gateway_resources, make_gateway

RUN_ID = make_new_run().id


@dataclass
class QueueingPrediction(FakePrediction):
    """A prediction service that queues each request as the same run."""

    store: FakeRunStore = field(default_factory=FakeRunStore)

    async def answer(self, request: httpx.Request, path: list[str]) -> httpx.Response:
        assert (request.method, path) == ("POST", ["runs"])
        self.asked.append(RunRequest.model_validate_json(request.content))
        run, is_new = await self.store.put(make_new_run())
        return httpx.Response(201 if is_new else 200, content=run.model_dump_json())


@pytest.fixture
def prediction() -> QueueingPrediction:
    return QueueingPrediction()


@pytest.fixture
def store(prediction: QueueingPrediction) -> FakeRunStore:
    return prediction.store


@pytest.fixture
async def client(prediction: QueueingPrediction) -> AsyncIterator[httpx.AsyncClient]:
    data = create_data_app(DataSettings(), open_resources=fakes(FakeBarStore(), runs=prediction.store))
    async with serve(data) as http:
        resources = replace(gateway_resources(prediction=prediction), runs=RunsClient(http, timeout_seconds=60))
        async with serve(make_gateway(resources)) as gateway:
            yield gateway


async def test_a_new_run_is_202_with_its_address_and_the_same_one_200(
    client: httpx.AsyncClient, prediction: QueueingPrediction
) -> None:
    body = {"horizons": [5, 1, 5], "symbols": ["msft", "AAPL"]}
    first = await client.post("/api/runs", json=body, headers=WITH_KEY)
    again = await client.post("/api/runs", headers=WITH_KEY)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.headers["Location"] == again.headers["Location"] == f"/api/runs/{RUN_ID}"
    assert prediction.asked == [RunRequest(horizons=[1, 5], symbols=["AAPL", "MSFT"]), RunRequest()]
    found = await client.get(first.headers["Location"])
    assert found.json() == first.json()


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("POST", f"/{RUN_ID}/cancel"), ("DELETE", f"/{RUN_ID}")])
async def test_what_changes_runs_needs_a_key(
    client: httpx.AsyncClient, store: FakeRunStore, method: str, path: str
) -> None:
    run, _ = await store.put(make_new_run())
    response = await client.request(method, f"/api/runs{path}")
    assert (response.status_code, response.json()["type"]) == (401, "/problems/not-authorised")
    assert await store.runs() == [run]


async def test_the_largest_request_names_as_many_symbols_as_the_contract_allows(
    client: httpx.AsyncClient, prediction: QueueingPrediction
) -> None:
    names = [f"SYMBOL{n:09}" for n in range(MAX_SYMBOLS + 1)]  # of 15 characters, the most
    one_too_many = await client.post("/api/runs", json={"symbols": names}, headers=WITH_KEY)
    assert (one_too_many.status_code, one_too_many.json()["errors"][0]["pointer"]) == (422, "/body/symbols")
    spaced = json.dumps({"horizons": [1, 5, 10, 20], "symbols": names[:-1]})
    accepted = await client.post("/api/runs", content=spaced, headers=WITH_KEY | {"Content-Type": "application/json"})
    assert accepted.status_code == 202
    assert prediction.asked == [RunRequest(horizons=[1, 5, 10, 20], symbols=names[:-1])]


@pytest.mark.parametrize("body", [{"windows": 10}, {"horizons": []}, {"symbols": []}, {"kind": "party"}, {"x": 1}, 5])
async def test_an_invalid_request_is_refused_by_the_gateway(
    client: httpx.AsyncClient, prediction: QueueingPrediction, body: object
) -> None:
    response = await client.post("/api/runs", json=body, headers=WITH_KEY)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")
    assert prediction.asked == []


async def test_an_error_of_the_prediction_service_is_passed_on(
    client: httpx.AsyncClient, prediction: QueueingPrediction
) -> None:
    prediction.error = InvalidRequest("There are no symbols to evaluate.")
    response = await client.post("/api/runs", headers=WITH_KEY)
    assert (response.status_code, response.json()["detail"]) == (422, "There are no symbols to evaluate.")


@pytest.mark.parametrize("path", ["/api/runs", f"/api/runs/{RUN_ID}"])
async def test_polling_costs_a_304_until_something_changes(
    client: httpx.AsyncClient, store: FakeRunStore, path: str
) -> None:
    await store.put(make_new_run())
    first = await client.get(path)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await client.get(path, headers=known)).status_code == 304
    await store.cancel(RUN_ID)
    assert (await client.get(path, headers=known)).status_code == 200


async def test_a_run_is_cancelled_and_removed(client: httpx.AsyncClient, store: FakeRunStore) -> None:
    await store.put(make_new_run())
    claimed = await store.claim("owner-one")
    assert claimed is not None
    active = await client.delete(f"/api/runs/{RUN_ID}", headers=WITH_KEY)
    assert (active.status_code, active.json()["type"]) == (409, "/problems/run-active")
    cancelling = await client.post(f"/api/runs/{RUN_ID}/cancel", headers=WITH_KEY)
    assert (cancelling.status_code, cancelling.json()["state"]) == (200, "cancelling")
    await store.finish(RUN_ID, claimed.token, "cancelled")
    assert (await client.delete(f"/api/runs/{RUN_ID}", headers=WITH_KEY)).status_code == 204
    gone = await client.get(f"/api/runs/{RUN_ID}")
    assert (gone.status_code, gone.json()["type"]) == (404, "/problems/run-not-found")


def test_the_examples_are_valid() -> None:
    assert Run.model_validate(examples.RUN).state == "running"
    assert RunList.model_validate(examples.RUNS).runs[0].failures == []
