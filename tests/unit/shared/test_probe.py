import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from local.servers import free_port
from shared.probe import complaint


class Reply(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the standard library's name
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Reply) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_service_that_is_well_has_nothing_to_complain_of(url: str) -> None:
    assert complaint(f"{url}/healthz") is None


def test_a_service_that_is_not_ready_or_not_there_is_named(url: str) -> None:
    assert "503" in str(complaint(f"{url}/readyz"))
    assert "refused" in str(complaint(f"http://127.0.0.1:{free_port()}/healthz"))


@pytest.mark.parametrize(("path", "status"), [("/healthz", 0), ("/readyz", 1)])
def test_the_command_ends_as_docker_wants_and_asks_no_proxy(url: str, path: str, status: int) -> None:
    proxy = {"http_proxy": f"http://127.0.0.1:{free_port()}"}
    command = [sys.executable, "-m", "shared.probe", url + path]
    done = subprocess.run(command, env=os.environ | proxy, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
