"""The route of the screener: of the last complete run, with what the catalogue knows now."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from services.data.bars.kept_answers import KeptAnswers
from services.data.records import CatalogueEntry, Listing
from services.data.runs.ports import SymbolResult
from services.data.screener.answers import Screeners
from services.data.symbols.catalogue import Catalogue
from shared import deadline
from shared.errors import Busy, NoCompleteRun
from shared.schemas.loads import Finding
from shared.schemas.screener import Screener, ScreenerQuery
from shared.schemas.stored.screener import encode_screener
from tests.support.data.bars import make_entry, make_frame
from tests.support.data.fakes import FakeBarStore, FakeChangeFeed, serve_data
from tests.support.data.run_stores import FakeRunStore, make_new_run
from tests.support.data.screeners import make_screener
from tests.support.polling import PATIENCE_SECONDS

FINDING = Finding(code="split_like_jump", detail="One.", count=1, sessions=[])


def _store() -> FakeBarStore:
    store = FakeBarStore({symbol: make_frame(symbol) for symbol in ("AAPL", "MSFT")})
    entry = make_entry(store.frames["AAPL"], name="Apple Inc.")
    store.catalogue["AAPL"] = replace(entry, findings=[FINDING, FINDING], listing=Listing(sector="Technology"))
    return store


async def _complete(runs: FakeRunStore, run_id: str, body: bytes) -> None:
    """Complete a run over all symbols that leaves this screener at a horizon of 1."""
    await runs.put(make_new_run(run_id, symbols=["AAPL"]))
    claim = await runs.claim("a-coordinator")
    assert claim is not None
    for symbol in claim.missing:
        await runs.add(run_id, claim.token, SymbolResult(symbol.symbol, symbol.revision, b"payload"))
    await runs.put_answer(run_id, claim.token, "screener", 1, body)
    await runs.finish(run_id, claim.token, "succeeded")


async def _ask(http: httpx.AsyncClient, query: str = "", etag: str | None = None) -> httpx.Response:
    return await http.get(f"/screener{query}", headers={} if etag is None else {"If-None-Match": etag})


def _revisions(store: FakeBarStore) -> dict[str, str]:
    return {"AAPL": store.frames["AAPL"].revision, "MSFT": "b" * 16}


async def test_it_joins_the_last_run_with_the_catalogue() -> None:
    store, runs = _store(), FakeRunStore()
    await _complete(runs, "0" * 16, encode_screener(make_screener({"AAPL": "old"})))
    await _complete(runs, "1" * 16, encode_screener(make_screener(_revisions(store), run_id="1" * 16)))
    async with serve_data(store, runs=runs) as http:
        screener = Screener.model_validate_json((await _ask(http)).content)
        at_50 = Screener.model_validate_json((await _ask(http, "?level=50")).content)
    columns = screener.columns
    assert screener.universe.run_id == "1" * 16
    assert (columns.symbol, columns.name, columns.sector) == (
        ["AAPL", "MSFT"],
        ["Apple Inc.", None],
        ["Technology", None],
    )
    assert (columns.n_findings, columns.is_current) == ([2, 0], [True, None])
    assert (columns.width, at_50.columns.width) == ([90.0, 91.0], [50.0, 51.0])
    assert columns.sessions_behind[0] is not None
    assert columns.sessions_behind[0] > 500


async def test_without_a_complete_run_it_is_a_problem() -> None:
    async with serve_data(_store()) as http:
        response = await _ask(http, "?horizon=5")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/no-complete-run"


@pytest.mark.parametrize("query", ["level=60", "horizon=21", "format=xlsx", "sort=skill"])
async def test_what_is_not_offered_is_refused(query: str) -> None:
    async with serve_data(_store()) as http:
        assert (await _ask(http, f"?{query}")).status_code == 422


@pytest.mark.parametrize(
    ("query", "media_type", "filename"),
    [
        ("", "application/json", None),
        ("?format=csv&level=80", "text/csv; charset=utf-8", "screener_1_80_2024-01-04.csv"),
        ("?format=parquet", "application/vnd.apache.parquet", "screener_1_90_2024-01-04.parquet"),
        ("?format=arrow", "application/vnd.apache.arrow.stream", None),
    ],
)
async def test_each_format_says_what_it_is(query: str, media_type: str, filename: str | None) -> None:
    runs = FakeRunStore()
    await _complete(runs, "0" * 16, encode_screener(make_screener()))
    async with serve_data(_store(), runs=runs) as http:
        response = await _ask(http, query)
    assert response.headers["Content-Type"] == media_type
    disposition = None if filename is None else f'attachment; filename="{filename}"'
    assert response.headers.get("Content-Disposition") == disposition


def _rename(entry: CatalogueEntry) -> CatalogueEntry:
    return replace(entry, name="Apple")


def _change_bars(entry: CatalogueEntry) -> CatalogueEntry:
    return replace(entry, revision="another")


@pytest.mark.parametrize("change", [_rename, _change_bars])
async def test_a_known_answer_is_not_sent_again_until_a_bar_or_a_name_changes(
    change: Callable[[CatalogueEntry], CatalogueEntry],
) -> None:
    store, runs, feed = _store(), FakeRunStore(), FakeChangeFeed()
    await _complete(runs, "0" * 16, encode_screener(make_screener(_revisions(store))))
    async with serve_data(store, feed=feed, runs=runs) as http:
        first = await _ask(http)
        again = await _ask(http, etag=first.headers["ETag"])
        store.catalogue["AAPL"] = change(store.catalogue["AAPL"])
        feed.queue.put_nowait({"AAPL"})
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (changed := await _ask(http, etag=first.headers["ETag"])).status_code == 304:
                pass
    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert changed.content != first.content


async def test_levels_formats_and_runs_have_etags_of_their_own() -> None:
    runs = FakeRunStore()
    await _complete(runs, "0" * 16, encode_screener(make_screener()))
    async with serve_data(_store(), runs=runs) as http:
        etags = [
            (await _ask(http, query)).headers["ETag"] for query in ("", "?level=50", "?format=csv", "?format=json")
        ]
        await _complete(runs, "1" * 16, encode_screener(make_screener(run_id="1" * 16)))
        etags.append((await _ask(http)).headers["ETag"])
    assert etags[0] == etags[3]
    assert len(set(etags)) == 4


async def test_the_etag_changes_when_a_session_ends() -> None:
    runs, store, now = FakeRunStore(), _store(), [datetime(2024, 1, 4, 20, tzinfo=UTC)]
    await _complete(runs, "0" * 16, encode_screener(make_screener()))
    catalogue = Catalogue(store, KeptAnswers(0), seconds=60)
    screeners = Screeners(runs, catalogue, "XNYS", lambda: now[0])
    before, first = await screeners.find(ScreenerQuery(), lambda _: False)
    same, again = await screeners.find(ScreenerQuery(), lambda _: False)
    now[0] = datetime(2024, 1, 4, 22, tzinfo=UTC)  # the session of 4 January has closed
    after, second = await screeners.find(ScreenerQuery(), lambda _: False)
    assert before == same
    assert before != after
    assert again is first
    assert first is not None
    assert second is not None
    behind = [Screener.model_validate_json(one.body).columns.sessions_behind[0] for one in (first, second)]
    assert behind == [0, 1]


async def test_a_caller_that_cannot_wait_gets_busy_and_later_the_answer() -> None:
    runs, catalogue = FakeRunStore(), Catalogue(_store(), KeptAnswers(0), seconds=60)
    await _complete(runs, "0" * 16, encode_screener(make_screener()))
    screeners = Screeners(runs, catalogue, "XNYS", lambda: datetime(2024, 1, 4, 20, tzinfo=UTC))
    with deadline.within(0.0), pytest.raises(Busy, match="Try again"):
        await screeners.find(ScreenerQuery(), lambda _: False)
    _, first = await screeners.find(ScreenerQuery(), lambda _: False)
    _, again = await screeners.find(ScreenerQuery(), lambda _: False)
    assert first is not None
    assert again is first


async def test_concurrent_callers_share_one_answer_and_one_of_another_version_is_an_error() -> None:
    runs, catalogue = FakeRunStore(), Catalogue(_store(), KeptAnswers(0), seconds=60)
    await _complete(runs, "0" * 16, encode_screener(make_screener()))
    screeners = Screeners(runs, catalogue, "XNYS", lambda: datetime(2024, 1, 4, 20, tzinfo=UTC))
    found = await asyncio.gather(*(screeners.find(ScreenerQuery(), lambda _: False) for _ in range(5)))
    assert len({id(answer) for _, answer in found}) == 1
    await _complete(runs, "1" * 16, b"of another version")
    for _ in range(2):
        with pytest.raises(NoCompleteRun, match=f"run {'1' * 16} was written by another version"):
            await screeners.find(ScreenerQuery(), lambda _: False)
