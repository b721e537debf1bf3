"""Wire model of the feed of revisions: which symbols have changed, and whether the feed can be relied on."""

from pydantic import Field

from shared.schemas.wire import Wire

HEARTBEAT_SECONDS = 1.0
LEASE_SECONDS = 2.0  # how long after its last report a follower may answer from memory
MAX_FEED_AGE_SECONDS = 0.5  # age of the last read of MongoDB's change stream; beyond it, changes may be missing


class FollowerState(Wire):
    """The report of a follower."""

    fence: int = Field(0, ge=0, description="The last write fence that it has seen.")


class Lease(Wire):
    """The answer to a follower's report."""

    is_continuous: bool = Field(
        description="Whether its lease was valid until now; if not, it may have missed changes."
    )


class ChangeEvent(Wire):
    """One event of the feed: a change, or a heartbeat, which names no symbols."""

    symbols: list[str] | None = Field(description="Symbols whose bars or metadata changed; null if any may have.")
    is_alive: bool = Field(description="Whether every change up to a moment ago has been reported.")
    fence: int = Field(0, description="The last write fence: all changes before it have been reported.")
