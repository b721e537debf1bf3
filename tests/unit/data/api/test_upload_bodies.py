"""Uploads as tools and browsers send them, and what is refused with 415."""

from typing import Any

import httpx
import pytest

from services.data.api.bodies import IN_MEMORY_BYTES
from shared.schemas.loads import FileOutcome
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, serve_data

CSV = b"date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12,2000\n"


async def _put(client: httpx.AsyncClient, **request: Any) -> httpx.Response:
    return await client.put("/symbols/NEW/bars", **request)


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "text/csv; charset=utf-8",
        "TEXT/CSV",
        "text/plain",
        "application/octet-stream",
        "application/vnd.ms-excel",  # of browsers on Windows
        "application/x-www-form-urlencoded",  # of curl --data-binary
    ],
)
async def test_a_file_is_read_whatever_usual_type_it_is_sent_as(media_type: str | None) -> None:
    headers = {} if media_type is None else {"content-type": media_type}
    async with serve_data(FakeBarStore()) as client:
        response = await _put(client, content=CSV, headers=headers)
    assert (response.status_code, response.json()["n_bars"]) == (200, 2)


async def test_a_workbook_that_is_sent_as_csv_is_read() -> None:
    async with serve_data(FakeBarStore({"NEW": make_frame("NEW")})) as client:
        workbook = (await client.get("/symbols/NEW/bars?format=xlsx")).content
        response = await _put(client, content=workbook, headers={"content-type": "text/csv"})
    assert (response.status_code, response.json()["unchanged"]) == (200, 3)


async def test_a_first_column_that_is_called_pk_makes_no_archive() -> None:
    content = b"PK," + CSV.replace(b"\n2024", b"\n1,2024")
    async with serve_data(FakeBarStore()) as client:
        response = await _put(client, content=content, headers={"content-type": "text/csv"})
    assert (response.status_code, response.json()["n_bars"]) == (200, 2)


@pytest.mark.parametrize("part_type", ["text/csv", "application/octet-stream", "application/vnd.ms-excel", ""])
async def test_a_form_with_one_file_is_read(part_type: str) -> None:
    async with serve_data(FakeBarStore()) as client:
        response = await _put(client, files={"file": ("prices.csv", CSV, part_type)})
    assert (response.status_code, response.json()["n_bars"]) == (200, 2)


async def test_a_form_with_a_file_that_does_not_stay_in_memory_is_read() -> None:
    rows = b"".join(b"%d-01-%02d,10,12,9,11,1000\n" % (1900 + n // 28, 1 + n % 28) for n in range(28 * 100))
    padded = CSV.partition(b"\n")[0] + b"\n" + rows + b" " * IN_MEMORY_BYTES
    async with serve_data(FakeBarStore()) as client:
        response = await _put(client, files={"file": ("prices.csv", padded, "text/csv")})
    assert (response.status_code, response.json()["n_bars"]) == (200, 2800)


@pytest.mark.parametrize(
    ("name", "query", "symbol"),
    [
        ("UNIT.csv", "", "UNIT"),
        ("C:\\fakepath\\brk.b.csv", "", "BRK.B"),  # of old browsers
        ("UNIT.csv", "?symbol=OTHER", "OTHER"),
    ],
)
async def test_a_file_in_a_form_that_names_no_symbol_is_named_after_it(name: str, query: str, symbol: str) -> None:
    async with serve_data(FakeBarStore()) as client:
        response = await client.put(f"/bars{query}", files={"file": (name, CSV, "text/csv")})
    report = FileOutcome.model_validate_json(response.text.splitlines()[0]).report
    assert report is not None
    assert (report.symbol, report.n_bars) == (symbol, 2)


@pytest.mark.parametrize("name", ["prices.csv", "2024.csv", ".csv"])
async def test_a_name_that_is_no_symbol_is_refused_with_what_to_do(name: str) -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        response = await client.put("/bars", files={"file": (name, CSV, "text/csv")})
    assert response.status_code == 422
    assert "name the file after it" in response.json()["detail"]
    assert not store.frames


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("a", ("a.csv", CSV)), ("b", ("b.csv", CSV))], "Send one file in the form"),
        ([("mode", (None, b"replace")), ("a", ("a.csv", CSV))], "everything else in the query"),
        ([("mode", (None, b"replace"))], "it has 0"),
    ],
)
async def test_a_form_that_says_more_or_less_is_refused(files: Any, sentence: str) -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        response = await _put(client, files=files)
    assert response.status_code == 422
    assert sentence in response.json()["detail"]
    assert not store.frames


@pytest.mark.parametrize("media_type", ["image/png", "text/html", "application/pdf", "application/xml", "nonsense"])
async def test_a_type_that_has_no_bars_is_415_with_those_that_have(media_type: str) -> None:
    async with serve_data(FakeBarStore()) as client:
        whole = await _put(client, content=CSV, headers={"content-type": media_type})
        in_a_form = await _put(client, files={"file": ("prices", CSV, media_type)})
    for response in (whole, in_a_form):
        assert (response.status_code, response.json()["type"]) == (415, "/problems/unsupported-media-type")
        assert ".gz" in response.json()["detail"]
        assert "text/csv" in response.headers["accept"]


async def test_json_that_is_sent_as_something_else_is_415() -> None:
    async with serve_data(FakeBarStore()) as client:
        response = await client.patch("/symbols/NEW", content=b'{"name": "x"}', headers={"content-type": "text/plain"})
    assert response.status_code == 415
    assert response.headers["accept"] == "application/json"


@pytest.mark.parametrize("path", ["/symbols/AAPL", "/symbols/AAPL/bars", "/symbols", "/search?query=x", "/healthz"])
async def test_a_slash_at_the_end_changes_nothing_and_head_is_get_without_a_body(path: str) -> None:
    async with serve_data(FakeBarStore({"AAPL": make_frame()})) as client:
        plain = await client.get(path)
        name, _, query = path.partition("?")
        slashed = await client.get(f"{name}/?{query}" if query else f"{name}/")
        head = await client.head(path)
    assert (slashed.status_code, slashed.content) == (plain.status_code, plain.content)
    assert (plain.status_code, head.status_code, head.content) == (200, 200, b"")
    assert head.headers["content-length"] == plain.headers["content-length"]


async def test_a_path_that_does_not_exist_is_not_found_with_a_slash_too() -> None:
    async with serve_data(FakeBarStore()) as client:
        assert [(await client.get(path)).status_code for path in ("/nothing/", "//", "/symbols//")] == [404, 404, 404]


@pytest.mark.parametrize(
    ("content_type", "status"), [("multipart/form-data", 415), ("multipart/form-data; boundary=x", 422)]
)
async def test_a_form_that_cannot_be_read_is_refused_with_a_reason(content_type: str, status: int) -> None:
    async with serve_data(FakeBarStore()) as client:
        response = await client.put(
            "/symbols/AAPL/bars", content=b"Date,Close\n", headers={"content-type": content_type}
        )
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
