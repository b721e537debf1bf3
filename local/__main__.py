"""Starts everything, says where it is, and stops all of it on Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.request import urlopen

from local import access, supervisor
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
NO_NOTICE = {f"{name}_DRAIN_SECONDS": "0" for name in ("GATEWAY", "DATA", "PREDICTION")}  # nobody could go elsewhere
SERVED = {"GATEWAY_FRONTEND_DIR": str(Path("frontend/dist").resolve()), "PYTHONUNBUFFERED": "1"} | NO_NOTICE


class CannotRun(RuntimeError):
    """Something on this machine is in the way; the message says what to do."""


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return the exit status."""
    settings = LocalSettings()
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job inherits it as ignored
        signal.signal(number, _interrupt)
    try:
        _check_place(settings)
        return _run(settings)
    except (CannotRun, ServerMissing, NotPrimary) as error:
        print(f"Bellwether cannot run: {error}", file=sys.stderr)
        return 1


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _check_place(settings: LocalSettings) -> None:
    if is_listening(settings.port):
        raise CannotRun(f"port {settings.port} is in use. Choose another: PORT={settings.port + 1} make run")
    pidfile = settings.local_dir / "supervisord.pid"
    if pidfile.exists() and Path(f"/proc/{pidfile.read_text().strip()}").exists():
        raise CannotRun(f"it already runs in {settings.local_dir}. Stop that one, or set LOCAL_DIR to another folder.")


def _run(settings: LocalSettings) -> int:
    local_dir = settings.local_dir.resolve()
    mongo_port, redis_port, data_port, prediction_port = (free_port() for _ in range(4))
    stores = {
        "DATA_MONGO_URL": settings.mongo_url or mongo_url(mongo_port),
        "DATA_REDIS_URL": settings.redis_url or redis_url(redis_port),
    }
    keys = access.keys(local_dir, os.environ)
    addresses = {
        "PREDICTION_DATA_URL": f"http://127.0.0.1:{data_port}",
        "GATEWAY_DATA_URL": f"http://127.0.0.1:{data_port}",
        "GATEWAY_PREDICTION_URL": f"http://127.0.0.1:{prediction_port}",
    }
    kept = {"PREDICTION_MODELS_DIR": str(local_dir / "models")}
    environment = os.environ | stores | keys | addresses | kept | SERVED
    programs = [
        supervisor.Program("data", service_command("services.data.app", data_port), 20),
        supervisor.Program("prediction", service_command("services.prediction.app", prediction_port), 30),
        supervisor.Program("gateway", service_command("gateway.app", settings.port), 40),
    ]
    if settings.mongo_url is None:
        programs.append(supervisor.Program("mongodb", mongod_command(local_dir / "mongodb", mongo_port), 10))
    if settings.redis_url is None:
        programs.append(supervisor.Program("valkey", valkey_command(local_dir / "valkey", redis_port), 10))
    access.write_stores(local_dir, stores | {"PREDICTION_DATA_URL": addresses["PREDICTION_DATA_URL"]})
    daemon = supervisor.start(supervisor.write_config(programs, local_dir), environment)
    try:
        if settings.mongo_url is None:
            _fill(mongo_port, environment)
        _say("Starting the services")
        _wait_until_healthy(settings.port, daemon)
        _say_where(settings.port, local_dir, has_key=bool(keys))
        return daemon.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(daemon)
        access.remove_stores(local_dir)


def _fill(mongo_port: int, environment: dict[str, str]) -> None:
    _say("Starting MongoDB")
    ensure_primary(mongo_port)
    _load_sample(environment)


def _say_where(port: int, local_dir: Path, *, has_key: bool) -> None:
    _say(f"\n  Bellwether is at   http://127.0.0.1:{port}")
    _say(f"  Docs of the API    http://127.0.0.1:{port}/docs")
    _say(f"  Data and logs      {local_dir}")
    if has_key:
        _say(f"  API key to write   {local_dir / access.KEY}")
    _say("\nCtrl-C stops all of it.")


def _say(line: str) -> None:
    print(line, flush=True)


def _load_sample(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "services.data", "load-sample", "--if-empty"]
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise CannotRun("the sample bars could not be loaded.")


def _wait_until_healthy(port: int, daemon: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN_SECONDS
    while daemon.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise CannotRun("the services did not become ready. The logs of each are in LOCAL_DIR/logs.")


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    """Stop supervisord, which stops the rest; a second Ctrl-C does not cut that short."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if daemon.poll() is None:
        _say("\nStopping")
        daemon.send_signal(signal.SIGTERM)
    daemon.wait()


if __name__ == "__main__":
    sys.exit(main())
