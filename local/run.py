"""A run: starts everything, prints the addresses, and stops everything."""

import json
import os
import signal
import subprocess
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psutil

from local import credentials
from local.errors import CannotRun
from local.folder import file_errors_explained, free_bytes, locked, prepare_folder, require_space
from local.replica_set import USER, make_primary, set_user
from local.servers import (
    free_port,
    mongo_url,
    mongod_command,
    redis_url,
    require_port,
    service_command,
    valkey_command,
)
from local.settings import LocalSettings
from local.supervisor import Program, Supervisor
from local.tie import TIED_TO, tied
from local.watch import PATIENCE_SECONDS, Watch, say

SERVICES = ("GATEWAY", "DATA", "PREDICTION")
# Draining would only delay the stop: there is no other process that requests could go to.
NO_DRAIN = {f"{name}_DRAIN_SECONDS": "0" for name in SERVICES}
PAGE = Path("frontend/dist").resolve()  # `make run` builds it
COMMON = {
    "GATEWAY_FRONTEND_DIR": str(PAGE) if (PAGE / "index.html").is_file() else "",
    "PYTHONUNBUFFERED": "1",
} | NO_DRAIN
# No person waits for a single answer while the sample is loaded.
PATIENT = {
    "DATA_STORE_TIMEOUT_SECONDS": "300",
    "DATA_BUDGET_SECONDS": "600",
    "DATA_WRITE_TIMEOUT_SECONDS": "300",
    "DATA_WRITE_BUDGET_SECONDS": "600",
}


def run(settings: LocalSettings) -> int:
    """Run until Ctrl-C or SIGTERM and return the exit status.

    Raises:
        CannotRun: Something prevents the start, or ends the run.
    """
    os.umask(0o077)
    require_port(settings.port)
    with file_errors_explained(settings.local_dir):
        folder = prepare_folder(settings.local_dir)
        with locked(folder, settings.port):
            require_space(folder, free_bytes(folder))
            credentials.remove_stores(folder)  # of a run that was killed
            Run(settings, folder).go()
    return 0


class Run:
    """One run in a folder that it owns."""

    def __init__(self, settings: LocalSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._mongo_port, self._redis_port, self._data_port, self._prediction_port = (free_port() for _ in range(4))
        self._key_file = folder / "secrets" / "mongodb-key"
        credentials.secret(folder, self._key_file.name)
        self._mongo_password = credentials.secret(folder, "mongodb-password")
        self._valkey_config, self._valkey_password = credentials.valkey_config(folder)
        keys = credentials.gateway_keys(folder, os.environ)
        self._has_key = bool(keys)
        self._stores = self._store_addresses()
        models = {"PREDICTION_MODELS_DIR": str(folder / "models"), TIED_TO: str(os.getpid())}
        self._environment = os.environ | self._stores | self._service_addresses() | keys | models | COMMON

    def go(self) -> None:
        """Start everything, wait, and stop everything."""
        supervisor = Supervisor(self._programs(), self._folder, self._environment)
        try:
            watch = Watch(supervisor, self._folder)
            if self._settings.mongo_url is None:
                self._prepare_mongodb(watch)
            say("Starting the services")
            watch.until(lambda: self._reason_to_wait(supervisor))
            credentials.write_stores(self._folder, self._stores)
            self._print_addresses()
            watch.forever(lambda: self._reason_to_wait(supervisor))
        except KeyboardInterrupt:
            pass
        finally:
            _stop(supervisor)
            credentials.remove_stores(self._folder)

    def _store_addresses(self) -> dict[str, str]:
        """Return what `make load` and `make evaluate` need."""
        token = credentials.secret(self._folder, "service-token")
        return {
            "DATA_MONGO_URL": self._settings.mongo_url
            or mongo_url(self._mongo_port, f"{USER}:{self._mongo_password}@"),
            "DATA_REDIS_URL": self._settings.redis_url or redis_url(self._redis_port, f":{self._valkey_password}@"),
            "PREDICTION_DATA_URL": f"http://127.0.0.1:{self._data_port}",
            "PREDICTION_SERVICE_TOKEN": token,
        }

    def _service_addresses(self) -> dict[str, str]:
        token = self._stores["PREDICTION_SERVICE_TOKEN"]
        return {f"{name}_SERVICE_TOKEN": token for name in SERVICES} | {
            "GATEWAY_DATA_URL": f"http://127.0.0.1:{self._data_port}",
            "GATEWAY_PREDICTION_URL": f"http://127.0.0.1:{self._prediction_port}",
        }

    def _programs(self) -> list[Program]:
        programs = [
            Program("data", service_command("services.data.app", self._data_port), 20),
            Program("prediction", service_command("services.prediction.app", self._prediction_port), 30),
            Program("gateway", service_command("gateway.app", self._settings.port), 40),
        ]
        if self._settings.mongo_url is None:
            command = mongod_command(self._folder / "mongodb", self._mongo_port, self._key_file)
            programs.append(Program("mongodb", command, 10))
        if self._settings.redis_url is None:
            command = valkey_command(self._folder / "valkey", self._redis_port, self._valkey_config)
            programs.append(Program("valkey", command, 10))
        return programs

    def _prepare_mongodb(self, watch: Watch) -> None:
        say("Starting MongoDB")
        port, key_file, database = self._mongo_port, self._key_file, self._settings.data_mongo_database
        watch.until(lambda: None if make_primary(port, key_file) else "MongoDB does not accept writes yet")
        watch.until(lambda: None if set_user(port, key_file, self._mongo_password, database) else "MongoDB is slow")
        command = tied([sys.executable, "-m", "services.data", "load-sample", "--if-empty"])
        loading = subprocess.Popen(command, env=self._environment | PATIENT, start_new_session=True)
        try:
            watch.until(lambda: "the sample bars are being loaded" if loading.poll() is None else None)
        finally:
            loading.kill()
        if loading.returncode != 0:
            raise CannotRun("loading the sample bars failed. See the messages above.")

    def _reason_to_wait(self, supervisor: Supervisor) -> str | None:
        if not _listens(supervisor.pids.get("gateway"), self._settings.port):
            return "the gateway does not listen yet"
        return _complaint(f"http://127.0.0.1:{self._settings.port}/api/health")

    def _print_addresses(self) -> None:
        say(f"\n  Bellwether is at   http://127.0.0.1:{self._settings.port}")
        say(f"  API documentation  http://127.0.0.1:{self._settings.port}/docs")
        say(f"  Data and logs      {self._folder}")
        if self._has_key:
            say(f"  API key for writes {self._folder / credentials.API_KEY_FILE}")
        say("\nPress Ctrl-C to stop everything.")


def _listens(pid: int | None, port: int) -> bool:
    """Report whether this process listens there, and no stranger who took the port before it."""
    try:
        connections = psutil.Process(pid).net_connections("tcp4") if pid else []
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def _complaint(url: str) -> str | None:
    """Return what the gateway says is wrong, None if everything is well. Ignores proxies that the environment names."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=30):
            return None
    except HTTPError as error:
        checks = json.loads(error.read()).get("checks", {})
        failing = [f"{name}: {check['detail']}" for name, check in checks.items() if check["detail"]]
        return " ".join(failing) or f"the gateway answers with status {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"the gateway does not answer yet ({error})"


def _stop(supervisor: Supervisor) -> None:
    """Stop everything; another Ctrl-C does not wait until it has stopped."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.kill())
    say("\nStopping; Ctrl-C again does not wait.")
    supervisor.stop()
    began, said_after = time.monotonic(), PATIENCE_SECONDS
    while not supervisor.has_ended(0.2):
        if time.monotonic() - began >= said_after:
            say(f"  still stopping after {said_after:.0f} s")
            said_after *= 2
