import json
import re

import pytest
from pydantic import BaseModel

from gateway.examples import stocks as examples
from gateway.examples.forecasts import EVALUATION, FORECAST, MODELS
from gateway.examples.screener import LEADERBOARD, SCREENER
from shared.schemas.bars import SymbolBars
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import Forecast, Models
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.loads import LoadReport
from shared.schemas.screener import Screener
from shared.schemas.stocks import Stock, StockPage
from tests.support.gateway.service import serve_gateway
from tests.support.gateway.shared import Gateway


async def test_the_docs_page_asks_no_other_host_for_anything(gateway: Gateway) -> None:
    page = await gateway.client.get("/docs")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assets = [await gateway.client.get(link) for link in links]
    assert page.status_code == 200
    assert len(links) >= 2
    assert all(link.startswith("/docs/assets/") for link in links)
    assert all(asset.status_code == 200 for asset in assets)
    assert "http://" not in page.text
    assert "https://" not in page.text


PATHS = {
    "/api/bars",
    "/api/stocks",
    "/api/stocks/all",
    "/api/stocks/{symbol}",
    "/api/stocks/{symbol}/bars",
    "/api/stocks/{symbol}/evaluation",
    "/api/stocks/{symbol}/forecast",
    "/api/stocks/{symbol}/ledger",
    "/api/stocks/{symbol}/range",
    "/api/stocks/{symbol}/result",
    "/api/models",
    "/api/runs",
    "/api/runs/{run_id}",
    "/api/runs/{run_id}/cancel",
    "/api/runs/{run_id}/events",
    "/api/leaderboard",
    "/api/screener",
    "/api/result",
    "/api/metrics",
    "/api/health",
    "/healthz",
    "/readyz",
}


async def test_every_route_has_a_description_and_every_answer_an_example(gateway: Gateway) -> None:
    document = (await gateway.client.get("/openapi.json")).json()
    assert set(document["paths"]) == PATHS
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            for status, response in operation["responses"].items():
                problem = response.get("content", {}).get("application/problem+json")
                if int(status) >= 400 and path not in {"/api/health", "/readyz"}:
                    assert problem, (path, status)
                    assert problem["examples"], (path, status)
            if content := operation["responses"].get("200", {}).get("content"):
                answer = next(iter(content.values()))
                model = document["components"]["schemas"].get(answer["schema"].get("$ref", "").rpartition("/")[2], {})
                assert "example" in answer or model.get("examples"), path
    assert "422" in document["paths"]["/api/result"]["post"]["responses"]
    assert "HTTPValidationError" not in json.dumps(document)


async def test_writes_declare_both_ways_to_send_a_key_and_reads_do_when_they_are_closed(gateway: Gateway) -> None:
    opened = (await gateway.client.get("/openapi.json")).json()
    async with serve_gateway(open_reads=False) as client:
        closed = (await client.get("/openapi.json")).json()
    either: list[dict[str, list[str]]] = [{"APIKeyHeader": []}, {"HTTPBearer": []}]
    assert opened["paths"]["/api/stocks/{symbol}/bars"]["put"]["security"] == either
    assert opened["paths"]["/api/stocks/{symbol}"]["delete"]["security"] == either
    assert opened["paths"]["/api/stocks/{symbol}/ledger"]["post"]["security"] == either
    assert "security" not in opened["paths"]["/api/stocks/{symbol}/ledger"]["get"]
    assert "security" not in opened["paths"]["/api/result"]["post"]
    assert closed["paths"]["/api/result"]["post"]["security"] == either
    assert "401" in closed["paths"]["/api/result"]["post"]["responses"]
    assert "security" not in closed["paths"]["/api/health"]["get"]
    assert opened["components"]["securitySchemes"]["APIKeyHeader"]["name"] == "X-API-Key"


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (StockPage, examples.STOCKS),
        (Stock, examples.STOCK),
        (LoadReport, examples.LOAD_REPORT),
        (SymbolBars, examples.BARS["application/json"]["example"]),
        (Forecast, FORECAST),
        (Evaluation, EVALUATION),
        (Models, MODELS),
        (Leaderboard, LEADERBOARD),
        (Screener, SCREENER),
    ],
)
def test_an_example_is_what_the_model_would_answer(model: type[BaseModel], example: object) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example
