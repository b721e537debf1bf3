from pathlib import Path

import pytest

from tests.support.gateway.service import serve_gateway

HASHED = "/assets/index-B3568OBe.js"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Bellwether</title>")
    (tmp_path / HASHED.removeprefix("/")).write_text("1")
    return tmp_path


@pytest.mark.parametrize("path", ["/", HASHED, "/docs", "/api/stocks/all", "/api/stocks/a b", "/nothing"])
async def test_no_answer_can_be_framed_or_taken_for_another_type(built: Path, path: str) -> None:
    async with serve_gateway(frontend_dir=built) as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize(("path", "may"), [("/", False), ("/api/stocks/all", False), ("/docs", True), ("/docs/", True)])
async def test_only_the_docs_page_may_run_a_script_that_stands_in_it(built: Path, path: str, may: bool) -> None:
    async with serve_gateway(frontend_dir=built) as client:
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
async def test_only_what_never_changes_is_kept_without_asking(built: Path, path: str, kept: str) -> None:
    async with serve_gateway(frontend_dir=built) as client:
        assert (await client.get(path)).headers["cache-control"] == kept
