"""Serves the screener, from memory while neither run nor catalogue has changed."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.data.runs.ports import RunAnswer, RunStore
from services.data.screener.catalogue_columns import CatalogueColumns, SessionsBehind
from services.data.screener.formats import MEDIA_TYPES, join, render
from services.data.symbols.catalogue import Catalogue
from shared import deadline
from shared.background import retrieve
from shared.errors import Busy, NoCompleteRun
from shared.schemas.screener import ScreenerFormat, ScreenerQuery
from shared.schemas.stored.screener import InvalidScreener, decode_screener

MAX_KEPT = 8  # answers; one for 10,000 symbols takes 4 MB
BUILD_SECONDS = 60.0  # the longest that a caller waits for an answer
SAVED_FORMATS = ("csv", "parquet")


@dataclass(frozen=True)
class ScreenerAnswer:
    """An encoded screener with its headers."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class _Basis:
    """The parts of an answer; its ETag changes with each of them."""

    answer: RunAnswer
    columns: CatalogueColumns
    behind: SessionsBehind
    query: ScreenerQuery
    etag: str


class Screeners:
    """The screeners of the last complete run.

    Args:
        runs: Has the last run.
        catalogue: Knows the symbols.
        calendar: Code of the exchange of symbols that have none of their own; None to count every weekday.
        now: The clock, timezone-aware.
    """

    def __init__(
        self,
        runs: RunStore,
        catalogue: Catalogue,
        calendar: str | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._runs = runs
        self._catalogue = catalogue
        self._calendar = calendar
        self._now = now
        self._columns: CatalogueColumns | None = None
        self._kept: OrderedDict[str, ScreenerAnswer] = OrderedDict()
        self._building: dict[str, asyncio.Task[ScreenerAnswer]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def find(self, query: ScreenerQuery, is_known: Callable[[str], bool]) -> tuple[str, ScreenerAnswer | None]:
        """Return the ETag of the answer, and the answer itself unless the caller has it already.

        Raises:
            NoCompleteRun: No run over all symbols has succeeded at this horizon, or another version wrote its answer.
            StoreUnavailable: Run or catalogue could not be read.
            Busy: The answer takes longer than the request may; it will be ready soon.
        """
        answer, snapshot = await asyncio.gather(
            self._runs.last_answer("screener", query.horizon), self._catalogue.snapshot()
        )
        if self._columns is None or self._columns.snapshot is not snapshot:
            self._columns = await asyncio.to_thread(CatalogueColumns, snapshot, self._calendar)
        basis = await asyncio.to_thread(_describe, answer, self._columns, query, self._now())
        if is_known(basis.etag):
            return basis.etag, None
        return basis.etag, self._kept.get(basis.etag) or await self._wait_for(basis)

    async def _wait_for(self, basis: _Basis) -> ScreenerAnswer:
        """Build the answer, or wait for it if it is being built; building continues if its caller cannot wait."""
        if (building := self._building.get(basis.etag)) is None:
            building = self._building[basis.etag] = asyncio.create_task(self._build(basis))
            building.add_done_callback(retrieve)
        try:
            async with asyncio.timeout(deadline.seconds_left(BUILD_SECONDS)):
                return await asyncio.shield(building)
        except TimeoutError as error:
            raise Busy("The screener is being put together. Try again in a moment.") from error

    async def _build(self, basis: _Basis) -> ScreenerAnswer:
        try:
            async with self._one_at_a_time:
                answer = await asyncio.to_thread(_build, basis)
        finally:
            del self._building[basis.etag]
        self._keep(basis.etag, answer)
        return answer

    def _keep(self, etag: str, answer: ScreenerAnswer) -> None:
        self._kept[etag] = answer
        self._kept.move_to_end(etag)
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)


def _describe(answer: RunAnswer, columns: CatalogueColumns, query: ScreenerQuery, now: datetime) -> _Basis:
    behind = columns.count_behind(now)
    digest = hashlib.sha256(answer.body)
    digest.update(repr((columns.digest, sorted(behind.items(), key=repr), query.level, _format_of(query))).encode())
    return _Basis(answer, columns, behind, query, f'"{digest.hexdigest()[:16]}"')


def _build(basis: _Basis) -> ScreenerAnswer:
    query = basis.query
    try:
        stored = decode_screener(basis.answer.body)
    except InvalidScreener as error:
        raise NoCompleteRun(
            f"The screener of run {basis.answer.run_id} was written by another version. Start a new run with "
            "POST /api/runs."
        ) from error
    symbols, revisions = (stored.table[name].to_pylist() for name in ("symbol", "revision"))
    table = join(stored, query.level, basis.columns.describe(symbols, revisions, basis.behind))
    answer_format = _format_of(query)
    headers = {"Content-Type": MEDIA_TYPES[answer_format], "ETag": basis.etag}
    if answer_format in SAVED_FORMATS:
        name = f"screener_{query.horizon}_{query.level}_{stored.universe.ended_at.date()}.{answer_format}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return ScreenerAnswer(render(table, stored, answer_format), headers)


def _format_of(query: ScreenerQuery) -> ScreenerFormat:
    return query.format or "json"
