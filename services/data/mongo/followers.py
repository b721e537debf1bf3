"""The followers that answer from memory, and how far each knows of changes: in MongoDB, for all processes.

A follower may answer from memory while it has a lease. The follower counts the lease from when it sends the renewal,
MongoDB from when it receives it, and longer: a lease that has ended in MongoDB has ended at the follower, too.
"""

from functools import partial
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import OperationFailure

from services.data.mongo.change_feed import FENCES, FOLLOWERS
from services.data.mongo.connection import AUTH_CODES, Connection
from shared.schemas.changes import LEASE_SECONDS

MARGIN_SECONDS = 0.5  # margin for clocks that run at different speeds
FORGET_SECONDS = 60.0
_IS_LIVE = {"$expr": {"$gt": ["$until", "$$NOW"]}}


class MongoFollowers:
    """The followers of one database, and its write fence.

    Args:
        connection: The connection to the database with the bars.
        timeout_seconds: The timeout of a call.
    """

    def __init__(self, connection: Connection, timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout_seconds = timeout_seconds
        self._followers = connection.database[FOLLOWERS]
        self._fences = connection.database[FENCES]

    async def renew(self, follower: str, fence: int) -> bool:
        """Extend the lease; return whether it was valid until now."""
        return await self._connection.run(self._timeout_seconds, partial(self._renew, follower, fence))

    async def raise_fence(self) -> int:
        """Return a new fence, 0 if there are no followers: every change acknowledged before comes before it."""
        return await self._connection.run(self._timeout_seconds, self._raise_fence)

    async def count_behind(self, fence: int) -> int:
        """Return how many followers have a lease and do not know every change before the fence."""
        query = {"fence": {"$lt": fence}} | _IS_LIVE
        return await self._connection.run(self._timeout_seconds, lambda: self._followers.count_documents(query))

    async def end_leases(self, fence: int) -> None:
        """End the leases of followers that are behind, which notice it at the next renewal."""
        query = {"fence": {"$lt": fence}}
        await self._connection.run(self._timeout_seconds, lambda: self._followers.delete_many(query))

    def _renew(self, follower: str, fence: int) -> bool:
        until = {"$add": ["$$NOW", int(1000 * (LEASE_SECONDS + MARGIN_SECONDS))]}
        update: list[dict[str, Any]] = [{"$set": {"fence": fence, "until": until}}]
        try:
            if self._followers.update_one({"_id": follower} | _IS_LIVE, update).matched_count:
                return True
            old = {"$lt": ["$until", {"$subtract": ["$$NOW", int(1000 * FORGET_SECONDS)]}]}
            self._followers.delete_many({"$expr": old})
            self._followers.update_one({"_id": follower}, update, upsert=True)
        except OperationFailure as error:
            if error.code not in AUTH_CODES:
                raise
            return True  # with read access only: then no writer waits for followers either
        return False

    def _raise_fence(self) -> int:
        try:
            if self._followers.find_one(_IS_LIVE) is None:
                return 0
            document = self._fences.find_one_and_update(
                {"_id": "fence"}, {"$inc": {"fence": 1}}, upsert=True, return_document=ReturnDocument.AFTER
            )
        except OperationFailure as error:
            if error.code not in AUTH_CODES:
                raise
            return 0
        return int((document or {})["fence"])
