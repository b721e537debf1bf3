"""Real servers for the tests: the embedded MongoDB and Valkey, and our services as processes on loopback."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from pymongo import MongoClient
from pymongo.database import Database as AnyDatabase

from gateway.settings import GatewaySettings
from local.servers import free_port, mongo_url, mongod_command, redis_url, service_command, valkey_command
from local.supervisor import allowed_open_files
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.readiness import ensure_primary, is_listening

Database = AnyDatabase[dict[str, Any]]


# Without draining, tests that stop services run faster; a test of draining sets its own time.
NO_DRAIN = {f"{name}_DRAIN_SECONDS": "0" for name in ("GATEWAY", "DATA", "PREDICTION")}
NOTHING_KEPT = {"GATEWAY_ANSWER_BYTES": "0", "PREDICTION_BAR_BYTES": "0"}  # it would hide what is behind
SLOW_FACTOR = 10  # how much slower than usual a machine may be


def _limits(factor: int) -> dict[str, str]:
    """Build the environment that gives each service so many times its time limits."""
    return {
        f"{settings.model_config['env_prefix']}{name}".upper(): str(factor * field.default)
        for settings in (GatewaySettings, DataSettings, PredictionSettings)
        for name, field in settings.model_fields.items()
        if name.endswith(("budget_seconds", "timeout_seconds"))
    }


GENEROUS_LIMITS = _limits(SLOW_FACTOR)  # a test of one of these limits sets it in its environment
PRODUCTION_LIMITS = _limits(1)  # for what is measured on a quiet machine


class NotReady(AssertionError):
    """A server did not become ready in time; the message contains the end of its log."""


@dataclass
class Server:
    """One process that a test may stop, kill and start again on the same port."""

    name: str
    command: list[str]
    port: int
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    _sink: IO[bytes] | None = None

    def start(self) -> None:
        """Start the process without waiting until it is ready."""
        assert not is_listening(self.port), f"port {self.port} is taken before {self.name} starts"
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed_open_files(), hard))  # what `make run` allows
        self._sink = self.log.open("ab")
        self.process = subprocess.Popen(
            self.command,
            stdout=self._sink,
            stderr=subprocess.STDOUT,
            env=os.environ | NO_DRAIN | GENEROUS_LIMITS | self.environment,
        )

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send `number` and wait until the process has exited."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process = None
            if self._sink is not None:
                self._sink.close()

    def wait_until(self, is_ready: Callable[[], bool], seconds: float = 3 * PATIENCE_SECONDS) -> None:
        """Poll until `is_ready`, which may raise while the server is down."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.require_alive()
            try:
                if is_ready():
                    return
            except (OSError, httpx.HTTPError):
                pass
            time.sleep(0.05)
        raise self._not_ready("is not ready")

    def require_alive(self) -> None:
        """Raise NotReady if the process has ended."""
        if self.process is None or self.process.poll() is not None:
            raise self._not_ready("has ended")

    def _not_ready(self, what: str) -> "NotReady":
        return NotReady(f"{self.name} {what}:\n{self.log.read_text(errors='replace')[-2000:]}")


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Start the server and stop it at the end, even if a test has replaced its process."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def mongod(folder: Path) -> Server:
    """Build an embedded MongoDB, not started."""
    port = free_port()
    return Server("mongod", mongod_command(folder / "mongodb", port), port, folder / "mongod.log", {})


def valkey(folder: Path) -> Server:
    """Build an embedded Valkey, not started."""
    port = free_port()
    return Server("valkey", valkey_command(folder / "valkey", port), port, folder / "valkey.log", {})


def service(folder: Path, app: str, environment: dict[str, str]) -> Server:
    """Build one of our services, not started; `app` is the module that contains its `create_app`."""
    port = free_port()
    return Server(app, service_command(app, port), port, folder / f"{app}.log", environment)


@contextmanager
def mongo_server() -> Iterator[tuple[Server | None, str]]:
    """Yield a MongoDB and its address: TEST_MONGO_URL if that is set, an embedded one otherwise."""
    if url := os.environ.get("TEST_MONGO_URL"):
        yield None, url
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, running(mongod(Path(folder))) as server:
        ensure_primary(server.port)
        yield server, mongo_url(server.port)


@contextmanager
def redis_server() -> Iterator[tuple[Server | None, str]]:
    """Yield a Redis or Valkey and its address: TEST_REDIS_URL if that is set, an embedded one otherwise."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield None, url
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, running(valkey(Path(folder))) as server:
        server.wait_until(lambda: is_listening(server.port))
        yield server, redis_url(server.port)


@dataclass
class Stack:
    """The whole system as separate processes, for tests that break parts of it."""

    mongod: Server
    valkey: Server
    data: Server
    prediction: Server
    gateway: Server

    @property
    def url(self) -> str:
        """Return the address of the gateway."""
        return f"http://127.0.0.1:{self.gateway.port}"

    def is_healthy(self) -> bool:
        """Report whether the system answers every request.

        Raises:
            NotReady: A process has ended.
        """
        for server in (self.mongod, self.valkey, self.data, self.prediction, self.gateway):
            server.require_alive()
        return httpx.get(f"{self.url}/api/health", timeout=5).is_success

    @property
    def mongo_url(self) -> str:
        """Return the address of its MongoDB."""
        return mongo_url(self.mongod.port)

    @property
    def redis_url(self) -> str:
        """Return the address of its Valkey."""
        return redis_url(self.valkey.port)


def build_stack(folder: Path, environment: dict[str, str] | None = None) -> Stack:
    """Build all five servers on free ports, with their files in `folder`, not started."""
    mongo, cache = mongod(folder), valkey(folder)
    stores = {"DATA_MONGO_URL": mongo_url(mongo.port), "DATA_REDIS_URL": redis_url(cache.port)}
    data = service(folder, "services.data.app", stores | (environment or {}))
    data_url = f"http://127.0.0.1:{data.port}"
    prediction = service(folder, "services.prediction.app", {"PREDICTION_DATA_URL": data_url} | (environment or {}))
    addresses = {"GATEWAY_DATA_URL": data_url, "GATEWAY_PREDICTION_URL": f"http://127.0.0.1:{prediction.port}"}
    gateway = service(folder, "gateway.app", addresses | (environment or {}))
    return Stack(mongo, cache, data, prediction, gateway)


@contextmanager
def started(stack: Stack) -> Iterator[Stack]:
    """Start all five servers, and wait until the system is healthy."""
    with ExitStack() as servers:
        for server in (stack.mongod, stack.valkey, stack.data, stack.prediction, stack.gateway):
            servers.enter_context(running(server))
        ensure_primary(stack.mongod.port)
        stack.gateway.wait_until(stack.is_healthy)
        yield stack


def running_stack(folder: Path, environment: dict[str, str] | None = None) -> AbstractContextManager[Stack]:
    """Build a stack with its files in `folder`, start it, and wait until the system is healthy."""
    return started(build_stack(folder, environment))


def mongo_client(url: str) -> MongoClient[dict[str, Any]]:
    """Build a client of the bare driver, for tests that bypass our services."""
    return MongoClient(url, serverSelectionTimeoutMS=int(PATIENCE_SECONDS * 1000), tz_aware=True)


def load_sample(stack: Stack) -> None:
    """Load the sample bars as `make run` does."""
    command = [sys.executable, "-m", "services.data", "load-sample"]
    subprocess.run(command, env=os.environ | GENEROUS_LIMITS | stack.data.environment, check=True, capture_output=True)
