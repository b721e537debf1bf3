"""Whether a server is ready: it accepts connections, or writes."""

import socket
import time

from local.errors import CannotRun
from local.replica_set import make_primary


def ensure_primary(port: int, timeout_seconds: float = 60) -> None:
    """Wait until a mongod without a key accepts writes.

    Raises:
        CannotRun: It did not within the time.
    """
    until = time.monotonic() + timeout_seconds
    while time.monotonic() < until:
        if make_primary(port):
            return
        time.sleep(0.1)
    raise CannotRun(f"MongoDB did not become ready within {timeout_seconds:g} s.")


def is_listening(port: int) -> bool:
    """Report whether a server accepts connections on this port of the loopback interface."""
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0
