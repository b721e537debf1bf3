import json

import pyarrow as pa
import pytest

from services.data.api.bodies import IN_MEMORY_BYTES
from services.data.app import create_app
from services.data.settings import DataSettings
from shared.schemas.arrow import MEDIA_TYPE, decode, encode
from tests.support.asgi import serve
from tests.support.data.bars import make_bars, make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, fakes, serve_data
from tests.support.data.files import as_parquet
from tests.support.data.uploads import BAD, HEADER, ROWS, put_csv

PRICES = {"open": 10, "high": 12, "low": 9, "close": 11}


async def test_a_csv_is_loaded_and_the_report_says_what_became_of_it() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        response = await put_csv(client, HEADER + ROWS + BAD, name="New Corp.")
        bars = (await client.get("/symbols/NEW/bars")).json()
        stock = (await client.get("/symbols/NEW")).json()
    report = response.json()
    assert response.status_code == 200
    assert (report["inserted"], report["updated"], report["n_bars"]) == (2, 0, 2)
    assert report["rejected"] == [
        {
            "row": 3,
            "code": "high_too_low",
            "detail": "The high is below the open, low or close.",
            "session": "2024-01-04",
        }
    ]
    assert [bar["close"] for bar in bars["bars"]] == [11, 12]
    assert bars["revision"] == report["revision"] == stock["revision"]
    assert (stock["name"], stock["source"], stock["bars"]) == ("New Corp.", "upload", 2)


@pytest.mark.parametrize("name", ["Apple\u202e Inc.", "Apple\0", "Apple\n", "\u200bApple", "\ufeffApple", "A\x7f"])
async def test_a_name_with_characters_that_deceive_is_refused(name: str) -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        refused = await put_csv(client, HEADER + ROWS, name=name)
        searched = await client.get("/search", params={"query": name})
    assert (refused.status_code, searched.status_code) == (422, 422)
    assert refused.json()["errors"][0]["pointer"] == "/query/name"
    assert not store.frames


async def test_a_load_is_seen_at_once_whatever_was_cached() -> None:
    store, cache = FakeBarStore({"NEW": make_frame("NEW")}), FakeBarCache()
    async with serve_data(store, cache) as client:
        before = (await client.get("/symbols/NEW/bars")).headers["etag"]
        await client.get("/search")
        assert "NEW" in cache.entries
        await put_csv(client, HEADER + ROWS, mode="replace")
        after = await client.get("/symbols/NEW/bars", headers={"if-none-match": before})
        found = (await client.get("/search", params={"query": "new"})).json()
    assert (after.status_code, len(after.json()["bars"])) == (200, 2)
    assert found["stocks"][0]["bars"] == 2


@pytest.mark.parametrize(("mode", "closes"), [("upsert", [10, 11, 12]), ("replace", [11, 12])])
async def test_bars_of_other_sessions_stay_or_go(mode: str, closes: list[float]) -> None:
    async with serve_data(FakeBarStore({"NEW": make_frame("NEW", [10])})) as client:
        report = (await put_csv(client, HEADER + ROWS, mode=mode)).json()
        bars = (await client.get("/symbols/NEW/bars")).json()["bars"]
    assert [bar["close"] for bar in bars] == closes
    assert report["removed"] == (1 if mode == "replace" else 0)


async def test_a_dry_run_reports_and_writes_nothing() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        report = (await put_csv(client, HEADER + ROWS, dry_run=True)).json()
        assert (report["dry_run"], report["inserted"]) == (True, 2)
        assert (await client.get("/symbols")).json() == []
    assert store.frames == {}


async def test_strict_stores_nothing_and_names_each_row() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        problem = (await put_csv(client, HEADER + ROWS + BAD, strict=True)).json()
    assert (problem["status"], problem["type"]) == (422, "/problems/rows-rejected")
    assert problem["errors"] == [{"pointer": "/NEW/rows/3", "detail": "The high is below the open, low or close."}]
    assert store.frames == {}


async def test_a_body_without_one_good_row_is_an_error_and_not_a_report() -> None:
    store = FakeBarStore({"NEW": make_frame("NEW")})
    async with serve_data(store) as client:
        response = await put_csv(client, HEADER + BAD)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/rows-rejected")
    assert store.frames["NEW"].revision == make_frame("NEW").revision


async def test_a_report_of_a_large_file_counts_its_rejected_rows_and_lists_the_first_hundred() -> None:
    body = HEADER + "2024-01-02,10,12,9,11,1000\n" * 70_000 + BAD
    assert len(body) > IN_MEMORY_BYTES
    async with serve_data(FakeBarStore()) as client:
        response = await put_csv(client, body)
    report = response.json()
    assert (report["inserted"], report["n_rejected"], len(report["rejected"])) == (1, 70_000, 100)
    assert [(reason["code"], reason["count"]) for reason in report["rejected_by_code"]] == [
        ("duplicate_session", 69_999),
        ("high_too_low", 1),
    ]
    assert len(response.content) < 20_000


@pytest.mark.parametrize("media_type", ["text/csv", "application/json", "application/vnd.apache.parquet"])
async def test_a_file_with_too_many_rows_is_refused_with_the_limit(media_type: str) -> None:
    table = pa.Table.from_pandas(make_bars(range(1, 12)).rename(columns={"session": "date"}), preserve_index=False)
    rows = [{"date": "2024-01-02", **PRICES}] * 11
    bodies = {"text/csv": HEADER + ROWS * 6, "application/json": json.dumps(rows)}
    store = FakeBarStore()
    app = create_app(DataSettings(max_upload_rows=10), open_resources=fakes(store))
    async with serve(app) as client:
        body = bodies.get(media_type) or as_parquet(table)
        response = await client.put("/symbols/NEW/bars", content=body, headers={"content-type": media_type})
    assert (response.status_code, response.json()["type"]) == (413, "/problems/payload-too-large")
    assert response.json()["detail"] == "The file has more than 10 rows. Split it."
    assert store.frames == {}


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (
            "application/json",
            json.dumps([{"date": "2024-01-02", "open": 10, "high": 12, "low": 9, "close": 11}]).encode(),
        ),
        (MEDIA_TYPE, encode(make_frame("NEW", [11]).columns(), "x")),
        ("application/octet-stream", (HEADER + ROWS[: len(ROWS) // 2]).encode()),
    ],
)
async def test_other_forms_are_loaded(media_type: str, body: bytes) -> None:
    async with serve_data(FakeBarStore()) as client:
        response = await client.put("/symbols/NEW/bars", content=body, headers={"content-type": media_type})
        assert response.status_code == 200, response.text
        assert (await client.get("/symbols/NEW/bars")).json()["bars"][0]["close"] == 11


@pytest.mark.parametrize(
    ("body", "media_type", "status", "slug"),
    [
        (b"", "text/csv", 422, "unreadable-file"),
        (HEADER.encode(), "text/csv", 422, "unreadable-file"),
        (b"a,b\n1,2\n", "text/csv", 422, "unreadable-file"),
        (b"\x80\x05garbage", "application/octet-stream", 422, "unreadable-file"),
        (b"PAR1", "application/vnd.apache.parquet", 422, "unreadable-file"),
        (b'[{"date": ', "application/json", 422, "unreadable-file"),
        ((HEADER + ROWS).encode(), "application/x-pickle", 415, "unsupported-media-type"),
        ((HEADER + "01-02-2024,10,12,9,11,1\n").encode(), "text/csv", 422, "unreadable-file"),
    ],
)
async def test_what_cannot_be_read_is_a_problem_and_stores_nothing(
    body: bytes, media_type: str, status: int, slug: str
) -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        response = await client.put("/symbols/NEW/bars", content=body, headers={"content-type": media_type})
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}"), response.text
    assert store.frames == {}


async def test_a_symbol_is_deleted_once() -> None:
    store = FakeBarStore({"OLD": make_frame("OLD"), "AAPL": make_frame()})
    async with serve_data(store) as client:
        await client.get("/symbols/OLD/bars")
        gone = await client.delete("/symbols/OLD")
        again = await client.delete("/symbols/OLD")
        bars = await client.get("/symbols/OLD/bars")
        assert (await client.get("/symbols")).json() == ["AAPL"]
    assert (gone.status_code, again.status_code, bars.status_code) == (204, 404, 404)


async def test_rows_are_counted_by_what_became_of_them() -> None:
    async with serve_data(FakeBarStore()) as client:
        await put_csv(client, HEADER + ROWS + BAD)
        await put_csv(client, HEADER + ROWS)
        metrics = (await client.get("/metrics")).text
    for outcome, n in (("inserted", 2), ("unchanged", 2), ("rejected", 1), ("updated", 0)):
        assert f'bars_ingested_total{{outcome="{outcome}"}} {n}.0' in metrics


async def test_what_was_exported_is_unchanged_when_it_is_loaded() -> None:
    frame = make_frame("NEW", [10.1, 11.7, 9.3])
    async with serve_data(FakeBarStore({"NEW": frame})) as client:
        for format_, media_type in (
            ("csv", "text/csv"),
            ("parquet", "application/vnd.apache.parquet"),
            ("arrow", MEDIA_TYPE),
            ("json", "application/json"),
        ):
            exported = await client.get("/symbols/NEW/bars", params={"format": format_})
            loaded = await client.put(
                "/symbols/NEW/bars", content=exported.content, headers={"content-type": media_type}
            )
            assert (loaded.json()["unchanged"], loaded.json()["revision"]) == (3, frame.revision), format_


async def test_a_range_of_bars_and_adjusted_prices_can_be_requested() -> None:
    bars = make_bars([10, 20, 30])
    bars["adj_close"] = bars["close"] / 2
    store = FakeBarStore({"AAPL": make_frame()})
    store.frames["AAPL"] = type(store.frames["AAPL"])("AAPL", bars)
    span = {"start": "2024-01-02", "end": "2024-01-02", "adjusted": "true", "format": "arrow"}
    async with serve_data(store) as client:
        response = await client.get("/symbols/AAPL/bars", params=span)
        wrong = await client.get("/symbols/AAPL/bars", params={"start": "2024-01-03", "end": "2024-01-02"})
    part = decode(response.content).frame().bars
    assert (len(part), part["close"].tolist(), part["open"].tolist()) == (1, [10], [5])
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/invalid-request")


async def test_missing_adjusted_prices_are_a_409() -> None:
    frame = make_frame()
    frame.bars["adj_close"] = float("nan")
    async with serve_data(FakeBarStore({"AAPL": frame})) as client:
        problem = (await client.get("/symbols/AAPL/bars", params={"adjusted": "true"})).json()
    assert (problem["status"], problem["type"]) == (409, "/problems/no-adjusted-prices")
    assert problem["detail"].endswith("Load bars that have one, or use unadjusted prices.")


async def test_a_download_has_a_name_that_says_what_it_is() -> None:
    async with serve_data(FakeBarStore({"AAPL": make_frame()})) as client:
        response = await client.get("/symbols/AAPL/bars", params={"format": "csv"})
    assert response.headers["content-disposition"] == 'attachment; filename="AAPL_2024-01-01_2024-01-03.csv"'
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
