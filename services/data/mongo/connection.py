"""The connection to MongoDB: timeouts, concurrency, circuit breaker, and translation of the driver's errors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

import pymongo
import structlog
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReadPreference
from pymongo.database import Database as PyMongoDatabase
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from services.data.mongo.monitoring import CommandDurations, MongoSpans
from services.data.mongo.pool import MemberNotReady, build_pool_factory
from services.data.ports import ObserveDuration
from shared import deadline
from shared.background import finish
from shared.breaker import State
from shared.errors import Busy, StoreUnavailable
from shared.probed_breaker import ProbedBreaker
from shared.single_flight import SingleFlight

STORE_NAME = "The data service's store (MongoDB)"
NO_ANSWER = f"{STORE_NAME} does not answer. Try again in a moment."
MAX_CALLS = 16  # calls at a time, one connection each; on two cores, more are not faster
N_OTHER_CONNECTIONS = 2  # connections of the change feed and of pings, which wait for no call
SLOT_SECONDS = 0.75  # the longest that a call waits for others to end
N_FAILURES_IN_A_ROW = 3  # each failure costs its caller the whole timeout
PROBE_SECONDS = 1.0
UNAUTHORIZED = 13
AUTH_CODES = {UNAUTHORIZED, 18}  # 18 is AuthenticationFailed
Database = PyMongoDatabase[dict[str, Any]]
T = TypeVar("T")
log = structlog.get_logger()


class Connection:
    """One database, every call of which has a time limit, a limit of concurrency and a circuit breaker.

    Args:
        database: The database that has one collection per symbol.
        on_breaker: Called with each new state of the breaker.
    """

    def __init__(self, database: Database, on_breaker: Callable[[State], None] = lambda _: None) -> None:
        self.database = database
        # Threads of their own, so that calls that wait for MongoDB do not delay other work of the process.
        self._threads = ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="mongodb")
        self._slots = asyncio.Semaphore(MAX_CALLS)
        self._pings: SingleFlight[None] = SingleFlight()
        # One for pings, which wait neither for these calls nor for other work.
        self._ping_thread = ThreadPoolExecutor(1, thread_name_prefix="mongodb-ping")
        self._breaker = ProbedBreaker(
            lambda: self.ping(PROBE_SECONDS), n_in_a_row=N_FAILURES_IN_A_ROW, on_change=on_breaker
        )

    async def run(self, timeout_seconds: float, call: Callable[[], T]) -> T:
        """Return the result of `call`, which blocks, from a thread.

        The call continues if its caller is cancelled, and ends by itself: its time is limited by `timeout_seconds` and
        by the request's deadline.

        Raises:
            StoreUnavailable: MongoDB did not answer in time, failed, or refuses access; or it has failed repeatedly
                and is not called at all.
            Busy: Too many other calls are waiting for MongoDB.
        """
        self._require_closed()
        await self._take_slot()
        return await finish(self._run(timeout_seconds, call))

    async def ping(self, at_most: float) -> None:
        """Check that MongoDB answers, which closes the breaker; concurrent pings are one, and no breaker stops them.

        Raises:
            StoreUnavailable: It does not answer.
        """
        await self._pings.run("ping", lambda: self._ping_in_thread(at_most))
        self._breaker.probe_succeeded()

    def close(self) -> None:
        """Begin no further call."""
        self._breaker.close()
        for threads in (self._threads, self._ping_thread):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _ping_in_thread(self, at_most: float) -> None:
        await asyncio.get_running_loop().run_in_executor(self._ping_thread, _call, self._ping, at_most)

    def _ping(self) -> None:
        self.database.command("ping")

    def _require_closed(self) -> None:
        if not self._breaker.is_closed:
            raise StoreUnavailable(NO_ANSWER)

    async def _take_slot(self) -> None:
        try:
            async with asyncio.timeout(deadline.seconds_left(SLOT_SECONDS)):
                await self._slots.acquire()
        except TimeoutError as error:
            raise Busy(f"{STORE_NAME} has too many calls at once. Try again in a moment.") from error

    async def _run(self, timeout_seconds: float, call: Callable[[], T]) -> T:
        """Run `call` in a slot that is taken, free the slot, and tell the breaker."""
        period, seconds = self._breaker.period, deadline.seconds_left(timeout_seconds)
        in_context = partial(copy_context().run, _call, call, max(0.001, seconds))
        has_answered = True
        try:
            self._require_closed()  # it may have opened while this call waited
            return await asyncio.get_running_loop().run_in_executor(self._threads, in_context)
        except StoreUnavailable as error:
            has_answered = not _is_silence(error.__cause__)
            if not has_answered and seconds >= timeout_seconds:  # an impatient caller's timeout proves nothing
                self._breaker.failed(period)
            raise
        finally:
            self._slots.release()
            if has_answered:
                self._breaker.succeeded(period)


def _is_silence(error: BaseException | None) -> bool:
    return isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and error.timeout)


def _call(call: Callable[[], T], seconds: float) -> T:
    """Return the result of `call` within this time, and translate the driver's errors. Blocks."""
    try:
        with pymongo.timeout(seconds):
            return call()
    except OperationFailure as error:
        log.warning("store_failed", error=type(error).__name__, code=error.code)
        if error.code in AUTH_CODES:
            raise StoreUnavailable(
                f"{STORE_NAME} refuses access. Check the user and its rights in DATA_MONGO_URL."
            ) from error
        raise StoreUnavailable(f"{STORE_NAME} failed. Try again in a moment.") from error
    except MemberNotReady as error:
        log.warning("store_failed", error=type(error).__name__)
        raise StoreUnavailable(f"{STORE_NAME} is neither primary nor secondary yet. Try again in a moment.") from error
    except PyMongoError as error:
        log.warning("store_failed", error=type(error).__name__)
        raise StoreUnavailable(NO_ANSWER) from error


@asynccontextmanager
async def open_mongo(
    url: str,
    database: str,
    observe: ObserveDuration | None = None,
    on_replaced: Callable[[], None] = lambda: None,
    on_breaker: Callable[[State], None] = lambda _: None,
) -> AsyncIterator[Connection]:
    """Open the connection pool. It connects on first use, so the service starts without MongoDB.

    Args:
        url: The address of MongoDB.
        database: The database that has one collection per symbol.
        observe: Called for each command.
        on_replaced: Called for each connection that is replaced because its member was starting.
        on_breaker: Called with each new state of the circuit breaker.
    """
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        url,
        appname="bellwether-data",
        connectTimeoutMS=1000,
        maxPoolSize=MAX_CALLS + N_OTHER_CONNECTIONS,
        datetime_conversion="DATETIME_AUTO",  # a date after 9999 by another tool must not fail the other documents
        unicode_decode_error_handler="replace",
        event_listeners=[MongoSpans(), *([CommandDurations(observe)] if observe else [])],
        _pool_class=build_pool_factory(on_replaced),
    )
    # Whatever the address says: a member that lags would give old bars after a change has been reported.
    primary = client.get_database(database, read_preference=ReadPreference.PRIMARY)
    connection = Connection(primary.delegate, on_breaker)
    try:
        yield connection
    finally:
        connection.close()
        client.close()
