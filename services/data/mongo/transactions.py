"""Transactions where MongoDB has them: not without a replica set, nor before 5.0. These functions block."""

from collections.abc import Callable
from typing import Any, TypeVar

from pymongo import ReadPreference
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

JOURNALED = WriteConcern("majority", j=True)
MIN_WIRE_VERSION = 13  # MongoDB 5.0, the first with snapshots outside transactions
T = TypeVar("T")


def has_transactions(database: Database[dict[str, Any]]) -> bool:
    """Say whether the server has transactions and snapshots."""
    hello = database.command("hello")
    # A member reports isreplicaset while it starts, and setName afterwards.
    is_shared = bool(hello.keys() & {"setName", "isreplicaset"}) or hello.get("msg") == "isdbgrid"
    return bool(is_shared and hello["maxWireVersion"] >= MIN_WIRE_VERSION)


def run_in_transaction(database: Database[dict[str, Any]], work: Callable[[ClientSession], T]) -> T:
    """Run `work` in one transaction, journaled by a majority, again after a conflict; return what it returns."""
    with database.client.start_session() as session:
        # Not "snapshot", which does not allow creating an index; a transaction reads from one snapshot anyway.
        return session.with_transaction(
            work, ReadConcern("local"), write_concern=JOURNALED, read_preference=ReadPreference.PRIMARY
        )
