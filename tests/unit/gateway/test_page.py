from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.gateway.service import serve_gateway

VISIT = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGE = "<title>Bellwether</title>"
SCREENER = "<title>Screener</title>"


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a gateway that serves a built page."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "index.html").write_text(PAGE)
    (folder / "screener").mkdir()
    (folder / "screener" / "index.html").write_text(SCREENER)
    async with serve_gateway(frontend_dir=folder) as client:
        yield client


async def test_the_page_is_served_where_it_is_built_and_the_api_wins(client: httpx.AsyncClient) -> None:
    assert (await client.get("/", headers=VISIT)).text == PAGE
    assert (await client.get("/api/stocks/all")).json() == ["AAPL", "MSFT"]


async def test_a_page_with_a_file_of_its_own_is_served_without_a_redirect(client: httpx.AsyncClient) -> None:
    found = await client.get("/screener?sort=-change_1", headers=VISIT)
    again = await client.get("/screener", headers=VISIT | {"if-none-match": found.headers["etag"]})
    unbuilt = await client.get("/leaderboard", headers=VISIT)
    assert (found.status_code, found.text) == (200, SCREENER)
    assert found.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (unbuilt.status_code, unbuilt.text) == (404, PAGE)


@pytest.mark.parametrize("path", ["/nothing", "/stocks/AAPL", "/docs/nothing"])
async def test_a_browser_at_an_unknown_path_gets_the_page(client: httpx.AsyncClient, path: str) -> None:
    found = await client.get(path, headers=VISIT)
    assert (found.status_code, found.text) == (404, PAGE)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert found.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/nothing", {}),
        ("GET", "/nothing", {"accept": "application/json"}),
        ("POST", "/nothing", VISIT),
        ("GET", "/api/nothing", VISIT),
    ],
)
async def test_a_program_gets_a_problem(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    found = await client.request(method, path, headers=headers)
    assert (found.status_code, found.json()["status"]) == (404, 404)
    assert found.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("folder", [None, ""])
async def test_without_a_page_everyone_gets_a_problem(folder: str | None) -> None:
    async with serve_gateway(frontend_dir=folder) as client:
        found = await client.get("/", headers=VISIT)
        source = await client.get("/pyproject.toml")
    assert (found.status_code, found.json()["type"]) == (404, "/problems/not-found")
    assert source.status_code == 404
