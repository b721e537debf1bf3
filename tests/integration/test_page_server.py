"""The page's nginx returns the same headers, limits and errors as the gateway."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.settings import GatewaySettings
from shared.web.problem import Problem
from tests.support.deploy.page_server import page_server
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import Server, running, service
from tests.support.servers.readiness import is_listening

HASHED = "/assets/index-B3568OBe.js"
HEADERS = (
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "content-security-policy",
    "cache-control",
    "retry-after",
)
MAX_UPLOAD_BYTES = GatewaySettings().max_upload_bytes


@dataclass
class Served:
    """The page served by both, and the API behind nginx."""

    gateway: Server
    nginx: Server

    @property
    def direct(self) -> str:
        """Return the gateway's address."""
        return f"http://127.0.0.1:{self.gateway.port}"

    @property
    def page(self) -> str:
        """Return nginx's address."""
        return f"http://127.0.0.1:{self.nginx.port}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, page = tmp_path_factory.mktemp("nginx"), tmp_path_factory.mktemp("page")
    (page / "assets").mkdir()
    (page / "index.html").write_text("<title>Bellwether</title>")
    (page / HASHED.removeprefix("/")).write_text("1")
    gateway = service(
        folder, "gateway.app", {"GATEWAY_FRONTEND_DIR": str(page), "GATEWAY_DATA_URL": "http://127.0.0.1:9"}
    )
    nginx = page_server(folder, page, gateway.port)
    with running(gateway), running(nginx):
        gateway.wait_until(lambda: httpx.get(f"http://127.0.0.1:{gateway.port}/docs").is_success)
        nginx.wait_until(lambda: httpx.get(f"http://127.0.0.1:{nginx.port}/healthz").is_success)
        yield Served(gateway, nginx)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html",
        HASHED,
        "/assets/gone.js",
        "/nothing",
        "/docs",
        "/docs/assets/swagger-ui.css",
        "/openapi.json",
        "/api/stocks/all",
        "/api/nothing",
        "/api/stocks/a b",
    ],
)
def test_a_path_answers_with_the_status_and_the_headers_that_the_gateway_gives_it(served: Served, path: str) -> None:
    direct, through = (httpx.get(f"{url}{path}") for url in (served.direct, served.page))
    assert through.status_code == direct.status_code
    assert through.headers["content-type"].split(";")[0] == direct.headers["content-type"].split(";")[0]
    for name in HEADERS:
        assert through.headers.get_list(name) == direct.headers.get_list(name), name
    assert len(through.headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("HEAD", "/nothing"),
        ("GET", "/assets/gone.js"),
        ("POST", "/nothing"),
        ("GET", "/api/nothing"),
    ],
)
def test_an_unknown_path_gets_the_same_response_as_from_the_gateway(served: Served, method: str, path: str) -> None:
    visit = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    direct, through = (httpx.request(method, f"{url}{path}", headers=visit) for url in (served.direct, served.page))
    is_page = method != "POST" and not path.startswith("/api/")
    assert through.headers["content-type"].split(";")[0] == ("text/html" if is_page else "application/problem+json")
    assert through.headers["content-type"].split(";")[0] == direct.headers["content-type"].split(";")[0]
    assert through.headers.get_list("cache-control") == direct.headers.get_list("cache-control")
    assert through.status_code == direct.status_code
    if is_page:
        assert through.status_code == 404
        assert through.text == direct.text


@pytest.mark.parametrize(
    "path",
    ["/api/metrics", "/api/metrics?x=1", "/api/%6detrics", "/api//metrics", "/api/x/../metrics", "/api/metrics/"],
)
def test_metrics_cannot_be_read_from_outside(served: Served, path: str) -> None:
    found = httpx.get(f"{served.page}{path}")
    assert (found.status_code, Problem.model_validate(found.json()).type) == (404, "/problems/not-found")
    assert httpx.get(f"{served.direct}/api/metrics").is_success  # Prometheus is inside


def test_what_the_browser_has_is_not_sent_again(served: Served) -> None:
    found = httpx.get(f"{served.page}{HASHED}")
    again = httpx.get(f"{served.page}{HASHED}", headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, found.headers["cache-control"])


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing"])
def test_a_request_keeps_its_id(served: Served, path: str) -> None:
    found = httpx.get(f"{served.page}{path}", headers={"X-Request-ID": "mine-1"})
    assert found.headers["x-request-id"] == found.json()["request_id"] == "mine-1"


def test_a_request_id_that_would_spoil_a_log_is_replaced(served: Served) -> None:
    found = httpx.get(f"{served.page}/nothing", headers={"X-Request-ID": 'a"b'})
    assert re.fullmatch("[0-9a-f]{32}", found.json()["request_id"])


def test_a_path_cannot_break_the_problem(served: Served) -> None:
    found = httpx.get(served.page + "/%22,%22status%22:1")
    assert (found.status_code, Problem.model_validate(found.json()).instance) == (404, "/")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/", 405), ("PUT", "/api/stocks/AAPL/bars", 413)]
)
def test_nginx_returns_the_same_problems_as_the_gateway(served: Served, method: str, path: str, status: int) -> None:
    body = b"x" * (MAX_UPLOAD_BYTES + 1) if status == 413 else None
    urls = (served.page, served.direct)
    answers = [httpx.request(method, f"{url}{path}", content=body, timeout=PATIENCE_SECONDS) for url in urls]
    problem, direct = (Problem.model_validate(answer.json()) for answer in answers)
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert (answers[0].status_code, problem.status) == (status, status)
    assert (problem.type, problem.title, problem.instance, problem.retryable) == (
        direct.type,
        direct.title,
        direct.instance,
        direct.retryable,
    )


def test_the_largest_upload_that_the_gateway_takes_reaches_it(served: Served) -> None:
    found = httpx.put(f"{served.page}/api/stocks/AAPL/bars", content=b"x" * MAX_UPLOAD_BYTES, timeout=PATIENCE_SECONDS)
    assert found.status_code == 401  # the gateway requires a key, so nginx forwarded the request


def test_without_the_gateway_requests_get_503_until_it_is_back(served: Served) -> None:
    served.gateway.stop()
    try:
        assert httpx.get(served.page).is_success
        found = httpx.post(f"{served.page}/api/result", json={"stock_symbol": "AAPL"})
    finally:
        served.gateway.start()
    problem = Problem.model_validate(found.json())
    assert (found.status_code, found.headers["retry-after"]) == (503, "2")
    assert (problem.type, problem.status, problem.retryable) == ("/problems/upstream-unavailable", 503, True)
    assert found.headers["x-request-id"] == problem.request_id
    served.gateway.wait_until(lambda: httpx.get(f"{served.page}/docs").is_success)


def test_a_client_cannot_choose_its_address_through_the_page(tmp_path: Path) -> None:
    for folder in ("believed", "not"):
        (tmp_path / folder).mkdir()
    for folder, trusted in (("believed", "127.0.0.0/8"), ("not", "")):
        gateway = service(
            tmp_path / folder,
            "gateway.app",
            {"GATEWAY_READS_PER_MINUTE": "3", "GATEWAY_TRUSTED_PROXIES": "127.0.0.0/8"},
        )
        nginx = page_server(tmp_path / folder, tmp_path, gateway.port)
        nginx.environment["TRUSTED_PROXIES"] = trusted
        with running(gateway), running(nginx):
            url = f"http://127.0.0.1:{nginx.port}/api/nothing"
            gateway.wait_until(lambda port=gateway.port: httpx.get(f"http://127.0.0.1:{port}/docs").is_success)  # type: ignore[misc]
            nginx.wait_until(lambda port=nginx.port: is_listening(port))  # type: ignore[misc]
            statuses = [httpx.get(url, headers={"x-forwarded-for": f"1.2.3.{n}"}).status_code for n in range(5)]
        assert statuses == ([404] * 5 if trusted else [404] * 3 + [429] * 2)
