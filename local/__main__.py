"""Starts everything, prints the addresses, and stops everything on Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.request import urlopen

from local import credentials, supervisor
from local.replica_set import NotPrimary, ensure_primary
from local.servers import (
    ServerMissing,
    free_port,
    is_listening,
    mongo_url,
    mongod_command,
    redis_url,
    service_command,
    valkey_command,
)
from local.settings import LocalSettings

READY_WITHIN_SECONDS = 90
# Draining would only delay the stop: there is no other process that requests could go to.
NO_DRAIN = {f"{name}_DRAIN_SECONDS": "0" for name in ("GATEWAY", "DATA", "PREDICTION")}
COMMON = {"GATEWAY_FRONTEND_DIR": str(Path("frontend/dist").resolve()), "PYTHONUNBUFFERED": "1"} | NO_DRAIN


class CannotRun(RuntimeError):
    """Something on this machine prevents the start; the message says what to do."""


def main() -> int:
    """Run until Ctrl-C or SIGTERM and return the exit status."""
    settings = LocalSettings()
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job inherits it as ignored
        signal.signal(number, _interrupt)
    try:
        _check_can_start(settings)
        return _run(settings)
    except (CannotRun, ServerMissing, NotPrimary) as error:
        print(f"Bellwether cannot run: {error}", file=sys.stderr)
        return 1


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _check_can_start(settings: LocalSettings) -> None:
    if is_listening(settings.port):
        raise CannotRun(f"port {settings.port} is in use. Choose another: PORT={settings.port + 1} make run")
    pidfile = settings.local_dir / "supervisord.pid"
    if pidfile.exists() and Path(f"/proc/{pidfile.read_text().strip()}").exists():
        raise CannotRun(f"it already runs in {settings.local_dir}. Stop it, or set LOCAL_DIR to another folder.")


def _run(settings: LocalSettings) -> int:
    local_dir = settings.local_dir.resolve()
    mongo_port, redis_port, data_port, prediction_port = (free_port() for _ in range(4))
    stores = {
        "DATA_MONGO_URL": settings.mongo_url or mongo_url(mongo_port),
        "DATA_REDIS_URL": settings.redis_url or redis_url(redis_port),
    }
    keys = credentials.gateway_keys(local_dir, os.environ)
    addresses = {
        "PREDICTION_DATA_URL": f"http://127.0.0.1:{data_port}",
        "GATEWAY_DATA_URL": f"http://127.0.0.1:{data_port}",
        "GATEWAY_PREDICTION_URL": f"http://127.0.0.1:{prediction_port}",
    }
    models = {"PREDICTION_MODELS_DIR": str(local_dir / "models")}
    environment = os.environ | stores | keys | addresses | models | COMMON
    programs = [
        supervisor.Program("data", service_command("services.data.app", data_port), 20),
        supervisor.Program("prediction", service_command("services.prediction.app", prediction_port), 30),
        supervisor.Program("gateway", service_command("gateway.app", settings.port), 40),
    ]
    if settings.mongo_url is None:
        programs.append(supervisor.Program("mongodb", mongod_command(local_dir / "mongodb", mongo_port), 10))
    if settings.redis_url is None:
        programs.append(supervisor.Program("valkey", valkey_command(local_dir / "valkey", redis_port), 10))
    credentials.write_stores(local_dir, stores | {"PREDICTION_DATA_URL": addresses["PREDICTION_DATA_URL"]})
    daemon = supervisor.start(supervisor.write_config(programs, local_dir), environment)
    try:
        if settings.mongo_url is None:
            _prepare_mongodb(mongo_port, environment)
        _print("Starting the services")
        _wait_until_healthy(settings.port, daemon)
        _print_addresses(settings.port, local_dir, has_key=bool(keys))
        return daemon.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(daemon)
        credentials.remove_stores(local_dir)


def _prepare_mongodb(mongo_port: int, environment: dict[str, str]) -> None:
    _print("Starting MongoDB")
    ensure_primary(mongo_port)
    _load_sample(environment)


def _print_addresses(port: int, local_dir: Path, *, has_key: bool) -> None:
    _print(f"\n  Bellwether is at   http://127.0.0.1:{port}")
    _print(f"  API documentation  http://127.0.0.1:{port}/docs")
    _print(f"  Data and logs      {local_dir}")
    if has_key:
        _print(f"  API key for writes {local_dir / credentials.API_KEY_FILE}")
    _print("\nPress Ctrl-C to stop everything.")


def _print(line: str) -> None:
    print(line, flush=True)


def _load_sample(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "services.data", "load-sample", "--if-empty"]
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise CannotRun("loading the sample bars failed. See the messages above.")


def _wait_until_healthy(port: int, daemon: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN_SECONDS
    while daemon.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise CannotRun("the services did not become ready. See their logs in LOCAL_DIR/logs.")


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    """Stop supervisord, which stops the rest; ignore a second Ctrl-C meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if daemon.poll() is None:
        _print("\nStopping")
        daemon.send_signal(signal.SIGTERM)
    daemon.wait()


if __name__ == "__main__":
    sys.exit(main())
