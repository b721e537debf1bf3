"""A connection pool that loses no slot when a request is cancelled.

httpcore 1.0.9 forgets a connection that was assigned to a request but not opened when the request was cancelled: it
stays in the pool as "connecting" for good (encode/httpcore#1093). One slow spell with more callers than slots filled
the pool with such connections, and every later request waited for a slot in vain. Delete this module once httpcore
releases them itself: `tests/unit/shared/clients/test_pool.py` says when.
"""

import httpcore
import httpx


class _Pool(httpcore.AsyncConnectionPool):
    def _assign_requests_to_connections(self) -> list[httpcore.AsyncConnectionInterface]:
        """Release orphans first. httpcore calls this whenever a request enters or leaves the pool.

        A connection is opened by the request that it was created for, which stays in `_requests` until its response is
        closed. One that is not open and has no request will therefore never be opened.
        """
        assigned = {id(request.connection) for request in self._requests}
        self._connections = [
            connection
            for connection in self._connections
            if id(connection) in assigned or connection.info() != "CONNECTING"
        ]
        return super()._assign_requests_to_connections()


class PooledTransport(httpx.AsyncHTTPTransport):
    """An HTTP/1.1 transport on such a pool. A refused connection is retried once, whatever the method.

    Args:
        max_connections: Slots of the pool.
        max_keepalive_connections: Idle connections that are kept open.
        keepalive_expiry: How long an idle connection is kept open, in seconds.
    """

    def __init__(self, *, max_connections: int, max_keepalive_connections: int, keepalive_expiry: float) -> None:
        super().__init__()
        self._pool = _Pool(
            max_connections=max_connections,
            max_keepalive_connections=max_keepalive_connections,
            keepalive_expiry=keepalive_expiry,
            retries=1,
        )

    @property
    def n_slots(self) -> int:
        """Return how many slots are taken, by requests and by idle connections."""
        return len(self._pool.connections)
