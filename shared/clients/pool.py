"""A connection pool that loses no connection when a request is cancelled.

httpcore 1.0.9 forgets a connection that was assigned to a request but not opened when the request was cancelled: it
stays in the pool as "connecting" for good (encode/httpcore#1093). One slow spell with more callers than slots filled
the pool with such connections, and every later request waited for a slot in vain. Delete `_Pool` once httpcore
releases them itself: `tests/unit/shared/clients/test_pool.py` says when.
"""

from typing import Literal, get_args

import httpcore
import httpx

ConnectionState = Literal["in_use", "idle", "lost"]
KEEP_ALIVE_SECONDS = 4.0  # less than uvicorn's 5, so that the client closes an idle connection, not the server


class _Pool(httpcore.AsyncConnectionPool):
    def _assign_requests_to_connections(self) -> list[httpcore.AsyncConnectionInterface]:
        """Release orphans first. httpcore calls this whenever a request enters or leaves the pool.

        A connection is opened by the request that it was created for, which stays in `_requests` until its response is
        closed. One that is not open and has no request will therefore never be opened.
        """
        states = self.states()
        self._connections = [one for one in self._connections if states[id(one)] != "lost" or not _is_unopened(one)]
        return super()._assign_requests_to_connections()

    def states(self) -> dict[int, ConnectionState]:
        """Return the state of each connection by its id. One that is neither idle nor used by a request is lost."""
        used = {id(request.connection) for request in self._requests}
        return {
            id(one): "in_use" if id(one) in used else "idle" if one.is_idle() or one.is_closed() else "lost"
            for one in self._connections
        }

    async def sweep(self) -> None:
        """Close what has expired or was closed by the server; otherwise the next request would do it."""
        await self._close_connections(self._assign_requests_to_connections())


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
        self._pool = self._connections = _Pool(
            max_connections=max_connections, keepalive_expiry=keepalive_expiry, retries=1
        )

    def count(self) -> dict[ConnectionState, int]:
        """Return the number of connections in each state."""
        states = list(self._connections.states().values())
        return {state: states.count(state) for state in get_args(ConnectionState)}

    async def sweep(self) -> None:
        """Close the connections that have expired."""
        await self._connections.sweep()
