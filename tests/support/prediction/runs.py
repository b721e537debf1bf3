"""Runs without a data service: a store in memory with leases and tokens, and an engine that a test controls."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from gateway.examples.runs import RUN
from services.prediction.ports import EndState, EngineLost, Item, Outcome, T
from services.prediction.provenance import answer_digest
from shared.errors import InvalidRequest, NotTheOwner, RunNotFound, ServiceError, StoreUnavailable, SymbolNotFound
from shared.schemas.bars import EncodedBars
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import Beat, Claim, NewRun, Run, RunRequest, RunSymbol
from shared.web.health import Health

RESULTS = pa.schema(
    [("symbol", pa.string()), ("revision", pa.string()), ("payload", pa.binary()), ("reason", pa.string())]
)
REQUEST = RunRequest(horizons=[1], windows=20)
MAX_REASON = 1000  # characters that the data service takes


def make_run(**fields: Any) -> Run:
    """Build a run that is being computed, like that in the examples of the API."""
    return Run.model_validate(RUN | {"failures": []}).model_copy(update=fields)


def make_new_run(symbols: Sequence[str], request: RunRequest = REQUEST, code: str | None = None) -> NewRun:
    """Build a run whose symbols have the revision `r-SYMBOL`."""
    return NewRun(
        id="0123456789abcdef",
        request=request,
        code=code or answer_digest(),
        universe="universe",
        symbols=[RunSymbol(symbol=symbol, revision=f"r-{symbol}") for symbol in symbols],
    )


@dataclass(frozen=True)
class StoredResult:
    """The result of one symbol."""

    symbol: str
    revision: str
    payload: bytes | None
    reason: str | None


@dataclass
class FakeRunStore:
    """A RunStore of one run. `is_down` makes every call fail; `lose` gives the run to another owner.

    Attributes:
        writes: Every result and failure that was written, in order, with its token.
        ended: How the run ended, and the reason.
    """

    new: NewRun | None = None
    is_down: bool = False
    is_cancelling: bool = False
    token: int = 0
    writes: list[tuple[int, str]] = field(default_factory=list)
    kept: dict[str, StoredResult] = field(default_factory=dict)
    boards: list[Leaderboard] = field(default_factory=list)
    screeners: dict[int, bytes] = field(default_factory=dict)
    ended: tuple[EndState, str | None] | None = None
    n_extended: int = 0
    owners: list[str] = field(default_factory=list)
    before_write: Callable[[str], None] = lambda _: None

    def lose(self) -> None:
        """Give the run to another owner."""
        self.token += 1

    async def put(self, *, new: NewRun) -> tuple[Run, bool]:
        self._check()
        is_new = self.new is None or self.new.id != new.id
        self.new = new
        return self.run(), is_new

    async def claim(self, *, owner: str) -> Claim | None:
        self._check()
        self.owners.append(owner)
        if self.new is None or self.ended not in (None, ("interrupted", None)):
            return None
        self.token += 1
        missing = [item for item in self.new.symbols if item.symbol not in self.kept]
        return Claim(run=self.run(), token=self.token, missing=missing)

    async def extend(self, *, run_id: str, token: int) -> Beat:
        self._own(token)
        self.n_extended += 1
        return Beat(is_cancelling=self.is_cancelling)

    async def add(self, *, run_id: str, token: int, symbol: str, revision: str, payload: bytes) -> Beat:
        return self._write(token, StoredResult(symbol, revision, payload, None))

    async def add_failure(self, *, run_id: str, token: int, symbol: str, revision: str, reason: str) -> Beat:
        return self._write(token, StoredResult(symbol, revision, None, reason))

    async def results(self, *, run_id: str) -> AsyncIterator[bytes]:
        rows = [vars(self.kept[symbol]) for symbol in sorted(self.kept)]
        for begin in range(0, len(rows), 2):
            self._check()
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, RESULTS) as writer:
                writer.write_table(pa.Table.from_pylist(rows[begin : begin + 2], schema=RESULTS))
            yield bytes(sink.getvalue())

    async def put_leaderboard(self, *, run_id: str, token: int, horizon: int, leaderboard: Leaderboard) -> None:
        self._own(token)
        self.boards.append(leaderboard)

    async def put_screener(self, *, run_id: str, token: int, horizon: int, body: bytes) -> None:
        self._own(token)
        self.screeners[horizon] = body

    async def finish(self, *, run_id: str, token: int, state: EndState, error: str | None = None) -> Run:
        self._own(token)
        if len(error or "") > MAX_REASON:
            raise InvalidRequest("/query/error: at most 1000 characters")
        self.ended = state, error
        return self.run()

    def run(self) -> Run:
        """Return the run in its public form."""
        if self.new is None:
            raise RunNotFound("There is no run.")
        return make_run(
            id=self.new.id,
            request=self.new.request,
            n_symbols=len(self.new.symbols),
            n_done=len(self.kept),
            n_failed=0,
            code=self.new.code,
            universe=self.new.universe,
        )

    def _write(self, token: int, result: StoredResult) -> Beat:
        self.before_write(result.symbol)
        self._own(token)
        self.writes.append((token, result.symbol))
        self.kept[result.symbol] = result
        return Beat(is_cancelling=self.is_cancelling)

    def _own(self, token: int) -> None:
        self._check()
        if token != self.token or self.ended not in (None, ("interrupted", None)):
            raise NotTheOwner("Another process computes this run.")

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The store does not answer.")


@dataclass
class FakeBars:
    """A BarsReader of empty bars with the revision `r-SYMBOL`, others by `others`; `errors` are raised."""

    others: dict[str, str] = field(default_factory=dict)
    errors: dict[str, ServiceError] = field(default_factory=dict)
    n_stale: int = 0
    read: list[str] = field(default_factory=list)

    async def symbols(self) -> list[str]:
        raise InvalidRequest("A run asks for symbols with their revisions.")

    async def revisions(self) -> list[RunSymbol]:
        raise InvalidRequest("The claim has the revisions.")

    async def current_revision(self, *, symbol: str) -> str | None:
        return self.others.get(symbol)

    async def bars(self, *, symbol: str, adjusted: bool, known: EncodedBars | None = None) -> EncodedBars:
        self.read.append(symbol)
        if symbol in self.errors:
            raise self.errors[symbol]
        self.n_stale -= 1
        return EncodedBars(revision=self.others.get(symbol, f"r-{symbol}"), arrow=b"", is_stale=self.n_stale >= 0)

    async def health(self) -> Health:
        raise SymbolNotFound("Nobody asks for it.")


@dataclass
class FakeEngine:
    """An engine that computes `compute` of each symbol instead of the task, one after another, where it is called.

    At the symbol `lost_at`, it is lost, `n_losses` times.
    """

    compute: Callable[[str], bytes] = lambda symbol: symbol.encode()
    lost_at: str | None = None
    n_losses: int = 1
    is_cancelled: bool = False
    is_open: bool = False
    n_opened: int = 0

    @contextmanager
    def open(self) -> Iterator["FakeEngine"]:
        """Open it, as `open_engine` does."""
        self.is_open, self.n_opened = True, self.n_opened + 1
        try:
            yield self
        finally:
            self.is_open = False

    def map_unordered(
        self, task: Callable[[Item], T], items: Iterable[Item], per_worker: int
    ) -> Iterator[Outcome[Item, T]]:
        for item in items:
            if self.is_cancelled:
                return
            yield self._outcome(item)

    def cancel(self) -> None:
        assert self.is_open  # Dask's client raises otherwise
        self.is_cancelled = True

    def _outcome(self, item: Any) -> Outcome[Any, Any]:
        symbol: RunSymbol = item[0]
        if symbol.symbol == self.lost_at and self.n_losses:
            self.n_losses -= 1
            raise EngineLost("The cluster was lost.")
        try:
            return Outcome(item, self.compute(symbol.symbol), None)
        except Exception as error:
            return Outcome(item, None, error)


@dataclass(frozen=True)
class FakeConclusions:
    """What `conclude` returns."""

    leaderboards: list[Leaderboard] = field(default_factory=list)
    screeners: dict[int, bytes] = field(default_factory=dict)
