"""The feed of revisions, as Server-Sent Events: changes, and every second whether the feed is reliable."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.data.api.dependencies import BroadcastDep, ChangeFeedDep, FollowersDep
from services.data.ports import ChangeFeed
from shared.errors import InvalidRequest, StoreUnavailable
from shared.schemas.changes import HEARTBEAT_SECONDS, MAX_FEED_AGE_SECONDS, ChangeEvent, FollowerState, Lease
from shared.web.problem import problem_responses

FollowerId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{8,64}$", description="Chosen by the follower at its start.")]
router = APIRouter(tags=["changes"])


@router.get("/changes", response_class=EventSourceResponse)
async def changes(request: Request, broadcast: BroadcastDep, feed: ChangeFeedDep) -> AsyncIterator[ServerSentEvent]:
    """Stream the symbols that change, and a heartbeat each second, until the service is told to stop.

    A change is sent before its write is acknowledged, if this process wrote it, else soon after.
    """
    loop, draining = asyncio.get_running_loop(), request.app.state.draining
    with broadcast.subscribe() as subscription:
        yield _event(feed, set())
        beat_at = loop.time() + HEARTBEAT_SECONDS
        while not draining.is_on:
            symbols = await subscription.take(max(0.0, beat_at - loop.time()))
            if loop.time() >= beat_at or symbols is None or symbols:
                beat_at = loop.time() + HEARTBEAT_SECONDS
            yield _event(feed, symbols)


@router.post("/followers/{follower}", responses=problem_responses(InvalidRequest, StoreUnavailable))
async def renew_lease(follower: FollowerId, state: FollowerState, followers: FollowersDep) -> Lease:
    """Record how far a follower has read the feed, and extend its lease to answer from memory.

    A write is acknowledged when every follower with a lease knows of it, whichever process it follows.
    """
    return Lease(is_continuous=await followers.renew(follower, state.fence))


def _event(feed: ChangeFeed, symbols: set[str] | None) -> ServerSentEvent:
    event = ChangeEvent(
        symbols=None if symbols is None else sorted(symbols),
        is_alive=feed.age_seconds() < MAX_FEED_AGE_SECONDS,
        fence=feed.fence,
    )
    return ServerSentEvent(raw_data=event.model_dump_json())
