"""A connection pool that loses no connection when a request is cancelled.

httpcore 1.0.9 forgets a connection that was assigned to a request but not opened when the request was cancelled: it
stays in the pool as "connecting" for good (encode/httpcore#1093). One slow spell with more callers than slots filled
the pool with such connections, and every later request waited for a slot in vain. `tests/unit/shared/clients/
test_pool.py` says when httpcore releases them itself. `_Pool` also assigns connections in less time.
"""

import sys
from importlib.util import find_spec
from typing import Literal, get_args

import httpcore
import httpx

ConnectionState = Literal["in_use", "idle", "lost"]
if find_spec("sniffio") is None:
    # httpcore tries to import it four times per call, and each time Python searches every folder for it: a seventh of
    # the call. This marks it as missing. Delete it once httpcore no longer tries.
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # documented for this purpose
KEEP_ALIVE_SECONDS = 4.0  # less than uvicorn's 5, so that the client closes an idle connection, not the server


class _Pool(httpcore.AsyncConnectionPool):
    def __init__(self, *, max_connections: int | None, keepalive_expiry: float) -> None:
        super().__init__(max_connections=max_connections, keepalive_expiry=keepalive_expiry, retries=1)
        self._unopened: list[httpcore.AsyncConnectionInterface] = []

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """Create a connection for a request, which will open it."""
        connection = super().create_connection(origin)
        self._unopened.append(connection)
        return connection

    def _assign_requests_to_connections(self) -> list[httpcore.AsyncConnectionInterface]:
        """Assign a connection to each waiting request, and return the connections to close.

        httpcore calls this whenever a request enters or leaves the pool. Its own version polls every idle
        connection and compares each connection with all others: with 32 of them, that takes a third of a call.
        """
        used = {id(request.connection) for request in self._requests}
        self._release_orphans(used)
        closing: list[httpcore.AsyncConnectionInterface] = []
        for request in self._requests:
            if not request.is_queued():
                continue
            connection = self._find_idle(request.request.url.origin, used, closing)
            if connection is None:
                if len(self._connections) >= self._max_connections:
                    return closing + super()._assign_requests_to_connections()
                connection = self.create_connection(request.request.url.origin)
                self._connections.append(connection)
            request.assign_to_connection(connection)
            used.add(id(connection))
        return closing

    def _release_orphans(self, used: set[int]) -> None:
        """Drop connections that are closed, or that no request will open.

        A connection is opened by the request that it was created for, which stays in `_requests` until its response is
        closed. So one that is neither open nor assigned to a request will never be opened.
        """
        self._unopened = [one for one in self._unopened if _is_unopened(one)]
        lost = {id(one) for one in self._unopened} - used
        self._connections = [one for one in self._connections if id(one) not in lost and not one.is_closed()]

    def _find_idle(
        self, origin: httpcore.Origin, used: set[int], closing: list[httpcore.AsyncConnectionInterface]
    ) -> httpcore.AsyncConnectionInterface | None:
        """Return the most recently used idle connection, so that surplus ones expire; remove expired ones."""
        for connection in reversed(self._connections):
            if id(connection) in used or not (connection.is_available() and connection.can_handle_request(origin)):
                continue
            if not connection.has_expired():
                return connection
            self._connections.remove(connection)
            closing.append(connection)
        return None

    def states(self) -> dict[int, ConnectionState]:
        """Return the state of each connection by its id. One that is neither idle nor used by a request is lost."""
        used = {id(request.connection) for request in self._requests}
        return {
            id(one): "in_use" if id(one) in used else "idle" if one.is_idle() or one.is_closed() else "lost"
            for one in self._connections
        }

    async def sweep(self) -> None:
        """Close connections that have expired or that the server has closed, which spares the next request the work."""
        self._release_orphans({id(request.connection) for request in self._requests})
        await self._close_connections(super()._assign_requests_to_connections())


def _is_unopened(connection: httpcore.AsyncConnectionInterface) -> bool:
    return connection.info() == "CONNECTING"


class PooledTransport(httpx.AsyncHTTPTransport):
    """An HTTP/1.1 transport on such a pool. A refused connection is retried once, whatever the method.

    The pool itself has no limit: `shared.clients.slots` bounds the calls, and health checks must not wait for them.

    Args:
        max_connections: Slots of the pool; None for as many as there are requests.
        keepalive_expiry: How long an idle connection is kept open, in seconds.
    """

    def __init__(self, *, max_connections: int | None = None, keepalive_expiry: float = KEEP_ALIVE_SECONDS) -> None:
        super().__init__()
        self._pool = self._connections = _Pool(max_connections=max_connections, keepalive_expiry=keepalive_expiry)

    def count(self) -> dict[ConnectionState, int]:
        """Return the number of connections in each state."""
        states = list(self._connections.states().values())
        return {state: states.count(state) for state in get_args(ConnectionState)}

    async def sweep(self) -> None:
        """Close the connections that have expired."""
        await self._connections.sweep()
