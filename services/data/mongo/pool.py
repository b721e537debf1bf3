"""A connection pool that replaces connections made while a replica set member was starting.

pymongo (4.20) decides only at the handshake whether a connection supports sessions, and assumes that a member which is
neither primary nor secondary does not. Such a connection outlives the start: snapshots and transactions on it fail
("Sessions are not supported by this MongoDB deployment"), and writes are not retried, for the lifetime of the pool.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from pymongo.errors import AutoReconnect
from pymongo.monitoring import ConnectionClosedReason
from pymongo.synchronous.pool import Connection, Pool

HANDSHAKES = 2  # a member may become primary between two of them; after that the driver waits for it


class MemberNotReady(AutoReconnect):
    """The member answers, but is neither primary nor secondary; the driver tries again as after a lost connection."""


def build_pool_factory(on_replaced: Callable[[], None]) -> Callable[..., Pool]:
    """Build the pool factory of a client; pass it as `_pool_class`, the only hook, which is not documented.

    Delete this module once the driver replaces such connections itself: tests/integration/test_mongo_pool.py then
    passes without it. The same tests fail if the hook, or the pool API that `connect` and `_discard` use, changes.

    Args:
        on_replaced: Called for each connection that is closed because its member was starting, in the driver's thread.
    """
    return partial(_ReadyPool, on_replaced=on_replaced)


class _ReadyPool(Pool):
    def __init__(self, *args: Any, on_replaced: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on_replaced = on_replaced

    def connect(self, handler: Any = None) -> Connection:
        """Connect to a member that is ready.

        Raises:
            MemberNotReady: The member is still starting.
        """
        for _ in range(HANDSHAKES):
            connection = super().connect(handler)
            if self.is_sdam or not _is_starting(connection):  # the driver's monitor must see the start
                return connection
            self._discard(connection)
        raise MemberNotReady("The member is neither primary nor secondary.")

    def _discard(self, connection: Connection) -> None:
        with self.lock:
            self.active_contexts.discard(connection.cancel_context)
        connection.close_conn(ConnectionClosedReason.ERROR)
        self._on_replaced()


def _is_starting(connection: Connection) -> bool:
    """Return whether the handshake was with a replica set member that is neither primary nor secondary."""
    return connection.is_repl and not connection.is_writable and not connection.supports_sessions
