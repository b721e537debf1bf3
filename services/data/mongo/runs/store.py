"""The store of runs in MongoDB."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from services.data.mongo.connection import Connection
from services.data.mongo.runs import claims, reads, writes
from services.data.mongo.runs.cleaning import clean
from services.data.mongo.runs.documents import journaled, to_record, to_run, to_snapshot
from services.data.mongo.transactions import has_transactions, run_in_transaction
from services.data.runs.activity import RunActivity, describe_activity
from services.data.runs.ports import AnswerKind, RunAnswer, RunSnapshot, SymbolResult
from services.data.runs.states import LEASE_SECONDS, EndState
from shared.errors import NotTheOwner, RunNotFound
from shared.schemas.runs import Beat, Claim, NewRun, Run, RunSymbol

T = TypeVar("T")


class MongoRunStore:
    """A RunStore on one database.

    Args:
        connection: The connection to the database with the bars.
        timeout_seconds: The timeout of a read, shortened by the deadline of its request.
        write_timeout_seconds: The same for a write.
    """

    def __init__(self, connection: Connection, timeout_seconds: float, write_timeout_seconds: float) -> None:
        self._connection = connection
        self._database = journaled(connection.database)
        self._timeout_seconds = timeout_seconds
        self._write_timeout_seconds = write_timeout_seconds
        self._has_transactions: bool | None = None  # None until first checked

    async def put(self, new: NewRun) -> tuple[Run, bool]:
        """Queue a run; return it and whether it is new."""

        def put() -> tuple[Run, bool]:
            is_new = self._atomically(partial(writes.put_run, self._database, new))
            return to_run(reads.read_run(self._database, new.id)), is_new

        return await self._write(put)

    async def snapshot(self, run_id: str) -> RunSnapshot:
        """Return a run, and the number of its last change."""
        return to_snapshot(await self._read(partial(reads.read_run, self._database, run_id)))

    async def runs(self) -> list[Run]:
        """Return every run, newest first."""
        return list(map(to_run, await self._read(partial(reads.read_runs, self._database))))

    async def symbols(self, run_id: str) -> list[RunSymbol]:
        """Return the symbols of a run."""
        return await self._read(partial(reads.read_symbols, self._database, run_id))

    async def cancel(self, run_id: str) -> Run:
        """Cancel a run, or ask its owner to."""

        def cancel() -> Run:
            writes.cancel_run(self._database, run_id)
            return to_run(reads.read_run(self._database, run_id))

        return await self._write(cancel)

    async def delete(self, run_id: str) -> None:
        """Remove a run and its answers."""
        await self._write_atomically(partial(writes.delete_run, self._database, run_id))

    async def claim(self, owner: str) -> Claim | None:
        """Give this owner the next run, if there is one and none is being computed."""
        return await self._write(partial(self._claim, owner))

    async def extend(self, run_id: str, token: int) -> Beat:
        """Extend the lease."""
        work = partial(claims.extend_lease, self._database, run_id, token, LEASE_SECONDS)
        return Beat(is_cancelling=await self._write_atomically(work))

    async def add(self, run_id: str, token: int, result: SymbolResult) -> Beat:
        """Write a result unless it exists."""
        work = partial(writes.add_result, self._database, run_id, token, result)
        return Beat(is_cancelling=await self._write_atomically(work))

    async def results(self, run_id: str, symbols: Sequence[RunSymbol]) -> list[SymbolResult]:
        """Return the results of these symbols."""
        return await self._read(partial(reads.read_results, self._database, run_id, symbols))

    async def put_answer(self, run_id: str, token: int, kind: AnswerKind, horizon: int, body: bytes) -> None:
        """Write the leaderboard or the screener of a horizon."""
        key = (kind, horizon)
        await self._write_atomically(partial(writes.put_answer, self._database, run_id, token, key, body))

    async def answer(self, run_id: str, kind: AnswerKind, horizon: int) -> RunAnswer:
        """Return the answer of one run."""
        return await self._read(partial(reads.read_answer, self._database, run_id, kind, horizon))

    async def last_answer(self, kind: AnswerKind, horizon: int) -> RunAnswer:
        """Return the answer of the last complete run."""
        return await self._read(partial(reads.read_last_answer, self._database, kind, horizon))

    async def finish(self, run_id: str, token: int, state: EndState, error: str | None = None) -> Run:
        """End the run, or only its lease."""

        def finish() -> Run:
            self._atomically(partial(claims.end_run, self._database, run_id, token, state, error))
            return to_run(reads.read_run(self._database, run_id))

        return await self._write(finish)

    async def activity(self) -> RunActivity:
        """Return how many runs there are in each state, and since when there was no progress."""

        def describe() -> RunActivity:
            runs = [(to_record(one), bool(one["is_lost"])) for one in reads.read_runs(self._database)]
            return describe_activity(runs, reads.read_clock(self._database))

        return await self._read(describe)

    async def clean(self) -> int | None:
        """Remove expired runs and results that none needs."""
        return await self._write(partial(clean, self._database))

    def _claim(self, owner: str) -> Claim | None:
        """Blocks."""
        if not (claims.is_run_waiting(self._database) and reads.is_claim_free(self._database)):
            return None  # owners ask often, which should write nothing
        claims.ensure_claim(self._database)
        document = self._atomically(partial(claims.claim_run, self._database, owner, LEASE_SECONDS))
        if document is None:
            return None
        record = to_record(document)
        try:
            missing, n_with_result = reads.read_missing(self._database, record)
        except RunNotFound:  # its symbols are gone, which can happen without transactions
            end = partial(claims.end_run, self._database, record.id, record.token)
            self._atomically(partial(end, "failed", "It was removed while it was requested. Start it again."))
            return None
        try:
            claims.count_done(self._database, record.id, record.token, len(missing), n_with_result)
        except NotTheOwner:  # the caller was cancelled, or this process was paused for longer than the lease
            return None
        run = to_run(reads.read_run(self._database, record.id))
        return Claim(run=run, token=record.token, missing=missing)

    async def _read(self, work: Callable[[], T]) -> T:
        return await self._connection.run(self._timeout_seconds, work)

    async def _write(self, work: Callable[[], T]) -> T:
        return await self._connection.run(self._write_timeout_seconds, work)

    async def _write_atomically(self, work: Callable[[Any], T]) -> T:
        return await self._write(partial(self._atomically, work))

    def _atomically(self, work: Callable[[Any], T]) -> T:
        """Run `work` in a transaction, or with the session None where there are none. Blocks."""
        if self._has_transactions is None:
            self._has_transactions = has_transactions(self._database)
        return run_in_transaction(self._database, work) if self._has_transactions else work(None)
