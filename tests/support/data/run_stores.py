"""A RunStore in memory, and builders of runs. Its behaviours are in tests/support/data/run_behaviours.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.data.runs.activity import RunActivity, describe_activity
from services.data.runs.keys import content_of, failure_key, find_missing, result_key
from services.data.runs.ports import AnswerKind, RunAnswer, RunSnapshot, SymbolResult
from services.data.runs.rates import MAX_MARKS, Mark
from services.data.runs.record import RunRecord
from services.data.runs.retention import EndedRun, choose_expired
from services.data.runs.states import (
    FINAL,
    LEASE_SECONDS,
    OWNED,
    EndState,
    may_be_deleted,
    may_be_queued_again,
    state_after_cancel,
)
from shared.errors import InvalidRequest, NoCompleteRun, NotTheOwner, RunActive, RunNotFound, StoreUnavailable
from shared.schemas.runs import Beat, Claim, NewRun, Run, RunFailure, RunRequest, RunSymbol

FREE = datetime.min.replace(tzinfo=UTC)


def make_new_run(
    run_id: str = "0123456789abcdef",
    symbols: Sequence[str] = ("AAPL", "IBM", "MSFT"),
    revision: str = "r1",
    **fields: Any,
) -> NewRun:
    """Build a run over these symbols, all of one revision; `fields` are those of its request, and `code`."""
    code = fields.pop("code", "c1")
    return NewRun(
        id=run_id,
        request=RunRequest(**fields),
        code=code,
        universe=f"u-{revision}",
        symbols=[RunSymbol(symbol=symbol, revision=revision) for symbol in symbols],
    )


@dataclass
class FakeRunStore:
    """A RunStore in dictionaries; `is_down` makes every call fail, `now` is its clock, `n_reads` counts snapshots."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    records: dict[str, RunRecord] = field(default_factory=dict)
    members: dict[str, list[RunSymbol]] = field(default_factory=dict)
    by_key: dict[str, SymbolResult] = field(default_factory=dict)
    answers: dict[tuple[str, AnswerKind, int], bytes] = field(default_factory=dict)
    token: int = 0
    until: datetime = FREE
    is_down: bool = False
    n_reads: int = 0

    async def put(self, new: NewRun) -> tuple[Run, bool]:
        self._check()
        old = self.records.get(new.id)
        if old is None:
            self.members[new.id] = new.symbols
            self.records[new.id] = RunRecord(
                content=content_of(new),
                n_symbols=len(new.symbols),
                created_at=self.now(),
                queued_at=self.now(),
                **new.model_dump(exclude={"symbols"}),
            )
        elif may_be_queued_again(self._show(old).state):
            self._change(new.id, state="queued", queued_at=self.now(), ended_at=None, error=None, lease_until=None)
            self._change(new.id, n_done=old.n_done - old.n_failed, n_failed=0, failures=[])
            self._forget_failures(new.id)
        return self._show(self.records[new.id]), old is None

    async def snapshot(self, run_id: str) -> RunSnapshot:
        self._check()
        self.n_reads += 1
        record = self._record(run_id)
        return RunSnapshot(self._show(record), record.event_id(is_lost=self._is_lost(record)))

    async def runs(self) -> list[Run]:
        self._check()
        return sorted(map(self._show, self.records.values()), key=lambda run: run.created_at, reverse=True)

    async def symbols(self, run_id: str) -> list[RunSymbol]:
        self._check()
        self._record(run_id)
        return self.members[run_id]

    async def cancel(self, run_id: str) -> Run:
        self._check()
        before = self._show(self._record(run_id)).state
        if (after := state_after_cancel(before)) != before:
            self._change(run_id, state=after, **({"ended_at": self.now()} if after == "cancelled" else {}))
        return self._show(self.records[run_id])

    async def delete(self, run_id: str) -> None:
        self._check()
        if not may_be_deleted(self._show(self._record(run_id)).state):
            raise RunActive("Cancel it first.")
        self._remove(run_id)

    async def claim(self, owner: str) -> Claim | None:
        self._check()
        waiting = [one for one in self.records.values() if self._show(one).state in ("interrupted", "queued")]
        if not waiting or self.until > self.now():
            return None
        first = min(waiting, key=lambda one: (one.state != "running", one.queued_at))
        missing = find_missing(first.content, first.id, self.members[first.id], self.by_key.keys())
        n_failed = sum(failure_key(first.id, one.symbol) in self.by_key for one in self.members[first.id])
        self.token += 1
        self.until = self.now() + timedelta(seconds=LEASE_SECONDS)
        n_done = first.n_symbols - len(missing)
        self._change(
            first.id,
            state="running",
            token=self.token,
            lease_until=self.until,
            started_at=first.started_at or self.now(),
            n_done=n_done,
            n_reused=n_done - n_failed if first.n_reused is None else first.n_reused,
            progress_at=self.now(),
            marks=[Mark(self.now(), n_done)],
        )
        return Claim(run=self._show(self.records[first.id]), token=self.token, missing=missing)

    async def extend(self, run_id: str, token: int) -> Beat:
        record = self._owned(run_id, token)
        if token != self.token:
            raise NotTheOwner("Stop.")
        self.until = self.now() + timedelta(seconds=LEASE_SECONDS)
        marks = [*record.marks, Mark(self.now(), record.n_done)][-MAX_MARKS:]
        self._change(run_id, lease_until=self.until, marks=marks)
        return Beat(is_cancelling=record.state == "cancelling")

    async def add(self, run_id: str, token: int, result: SymbolResult) -> Beat:
        record = self._owned(run_id, token)
        key, failure = result_key(record.content, result.symbol, result.revision), failure_key(run_id, result.symbol)
        if not self.by_key.keys() & {key, failure}:
            is_failure = result.payload is None
            self.by_key[failure if is_failure else key] = result
            listed = [RunFailure(symbol=result.symbol, reason=result.reason or "")] if is_failure else []
            failures = [*record.failures, *listed][:100]
            counts = {"n_done": record.n_done + 1, "n_failed": record.n_failed + is_failure}
            self._change(run_id, progress_at=self.now(), failures=failures, **counts)
        return Beat(is_cancelling=record.state == "cancelling")

    async def results(self, run_id: str, symbols: Sequence[RunSymbol]) -> list[SymbolResult]:
        self._check()
        content = self._record(run_id).content
        pairs = [(result_key(content, one.symbol, one.revision), failure_key(run_id, one.symbol)) for one in symbols]
        return [self.by_key[key] for pair in pairs for key in pair if key in self.by_key]

    async def put_answer(self, run_id: str, token: int, kind: AnswerKind, horizon: int, body: bytes) -> None:
        self._owned(run_id, token)
        self.answers[run_id, kind, horizon] = body
        self._change(run_id)

    async def answer(self, run_id: str, kind: AnswerKind, horizon: int) -> RunAnswer:
        if (run_id, kind, horizon) not in self.answers:
            raise NoCompleteRun(f"The run {run_id} has no {kind} at a horizon of {horizon}.")
        return RunAnswer(run_id, self.answers[run_id, kind, horizon])

    async def last_answer(self, kind: AnswerKind, horizon: int) -> RunAnswer:
        self._check()
        complete = [one for one in self.records.values() if one.state == "succeeded" and _is_over_all(one, horizon)]
        if not complete:
            raise NoCompleteRun("Start one.")
        return await self.answer(max(complete, key=lambda one: one.ended_at or FREE).id, kind, horizon)

    async def finish(self, run_id: str, token: int, state: EndState, error: str | None = None) -> Run:
        self._check()
        record = self.records.get(run_id)
        if record is not None and record.token == token and record.state == state:
            return self._show(record)
        record = self._owned(run_id, token)
        if state == "succeeded" and record.n_done < record.n_symbols:
            raise InvalidRequest("Symbols are missing.")
        ended = {} if state == "interrupted" else {"state": state, "ended_at": self.now(), "error": error}
        self._change(run_id, lease_until=self.now(), **ended)
        self.until = FREE if token == self.token else self.until
        return self._show(self.records[run_id])

    async def activity(self) -> RunActivity:
        self._check()
        return describe_activity([(one, self._is_lost(one)) for one in self.records.values()], self.now())

    async def clean(self) -> int | None:
        self._check()
        if self.until > self.now():
            return None
        n_before = len(self.records) + len(self.by_key)
        shown = [self._show(record) for record in self.records.values()]
        ended = [
            EndedRun(run.id, run.request, run.state, run.ended_at)
            for run in shown
            if run.state in FINAL and run.ended_at is not None
        ]
        for run_id in choose_expired(ended, self.now()):
            self._remove(run_id)
        needed = {
            key
            for record in self.records.values()
            for one in self.members[record.id]
            for key in (result_key(record.content, one.symbol, one.revision), failure_key(record.id, one.symbol))
        }
        self.by_key = {key: result for key, result in self.by_key.items() if key in needed}
        return n_before - len(self.records) - len(self.by_key)

    def _remove(self, run_id: str) -> None:
        self._forget_failures(run_id)
        del self.members[run_id], self.records[run_id]
        self.answers = {key: body for key, body in self.answers.items() if key[0] != run_id}

    def _forget_failures(self, run_id: str) -> None:
        self.by_key = {key: one for key, one in self.by_key.items() if not key.startswith(failure_key(run_id, ""))}

    def _record(self, run_id: str) -> RunRecord:
        if run_id not in self.records:
            raise RunNotFound(f"There is no run {run_id}.")
        return self.records[run_id]

    def _owned(self, run_id: str, token: int) -> RunRecord:
        self._check()
        record = self.records.get(run_id)
        if record is None or record.token != token or record.state not in OWNED:
            raise NotTheOwner("Stop.")
        return record

    def _change(self, run_id: str, **changes: object) -> None:
        record = self.records[run_id]
        self.records[run_id] = record.model_copy(update={"version": record.version + 1} | changes)

    def _is_lost(self, record: RunRecord) -> bool:
        return record.lease_until is None or record.lease_until <= self.now()

    def _show(self, record: RunRecord) -> Run:
        return record.show(is_lost=self._is_lost(record))

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The store does not answer.")


def _is_over_all(record: RunRecord, horizon: int) -> bool:
    request = record.request
    return request.symbols is None and request.as_of is None and horizon in request.horizons
