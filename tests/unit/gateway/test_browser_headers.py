from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.gateway.service import serve_gateway

HASHED = "/assets/index-B3568OBe.js"


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a gateway that serves a built page."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<title>Bellwether</title>")
    (folder / HASHED.removeprefix("/")).write_text("1")
    async with serve_gateway(frontend_dir=folder) as client:
        yield client


@pytest.mark.parametrize("path", ["/", HASHED, "/docs", "/api/stocks/all", "/api/stocks/a b", "/nothing"])
async def test_no_answer_can_be_framed_or_taken_for_another_type(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize(("path", "may"), [("/", False), ("/api/stocks/all", False), ("/docs", True), ("/docs/", True)])
async def test_only_the_docs_page_may_run_a_script_that_stands_in_it(
    client: httpx.AsyncClient, path: str, may: bool
) -> None:
    policy = (await client.get(path)).headers["content-security-policy"]
    assert ("'unsafe-inline'" in policy) == may


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (HASHED, "public, max-age=31536000, immutable"),
        ("/", "no-cache"),
        ("/assets/gone.js", "no-cache"),
        ("/api/stocks/AAPL/result", "public, max-age=0, must-revalidate"),
        ("/api/stocks/a b", "no-cache"),
        ("/api/stocks/AAPL/ledger", "no-cache"),
        ("/api/health", "no-cache"),
        ("/api/nothing", "no-cache"),
    ],
)
async def test_only_what_never_changes_is_kept_without_asking(client: httpx.AsyncClient, path: str, kept: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == kept
