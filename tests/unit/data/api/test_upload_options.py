"""What settles a file that leaves something open, and what the report says of it."""

from datetime import date

import pytest

from shared.schemas.arrow import decode
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.data.files import zipped
from tests.support.data.uploads import BAD, HEADER, ROWS, put_csv


@pytest.mark.parametrize(
    ("body", "option", "close"),
    [
        ("When,open,high,low,close,Last\n2024-01-02,10,12,9,11,10\n", {"columns": "date=When,close=Last"}, 10),
        ("date;open;high;low;close\n2024-01-02;1,234;1,250;1,200;1,240\n", {"decimal": ","}, 1.24),
        ("date;open;high;low;close\n2024-01-02;1,234;1,250;1,200;1,240\n", {"decimal": "."}, 1240),
        ("date,open,high,low,close\n02/01/2024,10,12,9,11\n", {"date_format": "dmy"}, 11),
        ("date,open,high,low,close\n2024-01-01 23:00Z,10,12,9,11\n", {"timezone": "Europe/Paris"}, 11),
        (
            "date,open,high,low,close\n2024-01-02 10:00,10,12,9,11\n2024-01-02 11:00,11,13,10,12\n",
            {"resample": "daily"},
            12,
        ),
    ],
)
async def test_what_a_file_leaves_open_is_an_error_that_an_option_settles(
    body: str, option: dict[str, str], close: float
) -> None:
    async with serve_data(FakeBarStore()) as client:
        refused = await put_csv(client, body)
        report = (await put_csv(client, body, **option)).json()
        bars = (await client.get("/symbols/NEW/bars")).json()["bars"]
    assert refused.status_code == 422
    assert f"{next(iter(option))}=" in refused.json()["detail"]
    assert report["inserted"] == 1
    assert [(bar["session"], bar["close"]) for bar in bars] == [("2024-01-02", close)]


@pytest.mark.parametrize("option", [{"columns": "close"}, {"decimal": ";"}, {"timezone": "../x"}, {"resample": "w"}])
async def test_an_option_that_makes_no_sense_is_refused(option: dict[str, str]) -> None:
    async with serve_data(FakeBarStore()) as client:
        response = await put_csv(client, HEADER + ROWS, **option)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, f"/query/{next(iter(option))}")


async def test_the_report_says_what_was_assumed_and_not_read() -> None:
    body = "date,open,high,low,price,vol,Turnover\n2024-01-13,10,12,9,11,1.5K,7\n2024-01-12,10,12,9,11,?,7\n"
    async with serve_data(FakeBarStore()) as client:
        report = (await put_csv(client, body)).json()
    assert report["notes"] == [
        "'price' was read as the close.",
        "Columns that were not read: 'Turnover' (for example '7').",
        "1 cell of volume could not be read, for example '?'.",
    ]


async def test_a_file_of_several_symbols_says_which() -> None:
    header = "Price,Close,Close,High,High,Low,Low,Open,Open\nTicker,A,B,A,B,A,B,A,B\nDate,,,,,,,,\n"
    body = header + "2024-01-02,1,2,1,2,1,2,1,2\n"
    async with serve_data(FakeBarStore()) as client:
        response = await put_csv(client, body)
    assert response.status_code == 422
    assert response.json()["detail"] == "The file has bars of A, B, but this load is for NEW only."


async def test_a_rejected_newest_row_is_a_finding_until_there_is_a_bar_of_its_day() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        report = (await put_csv(client, HEADER + ROWS + BAD)).json()
        again = (await put_csv(client, HEADER + ROWS)).json()
        mended = (await put_csv(client, HEADER + BAD.replace("11,10,9,12", "11,13,9,12"))).json()
    [finding] = [each for each in report["findings"] if each["code"] == "newest_row_rejected"]
    assert finding["detail"] == (
        "The newest row (2024-01-04) was rejected: the high is below the open, low or close. "
        "The bars end on 2024-01-03."
    )
    assert finding in again["findings"]
    assert "newest_row_rejected" not in {each["code"] for each in mended["findings"]}


async def test_a_load_of_one_rejected_row_leaves_the_finding_and_keeps_the_bars() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        first = (await put_csv(client, HEADER + ROWS)).json()
        only = await put_csv(client, HEADER + BAD)
        bars = decode((await store.encoded_bars("NEW")).arrow)
        stock = (await client.get("/symbols/NEW")).json()
    assert (only.status_code, only.json()["type"]) == (422, "/problems/rows-rejected")
    assert (stock["bars"], stock["last_session"]) == (2, "2024-01-03")
    assert stock["revision"] != first["revision"]  # forecasts warn of it
    assert bars.newest_rejected == date(2024, 1, 4)
    assert "newest_row_rejected" in {each["code"] for each in stock["findings"]}


async def test_an_archive_of_several_files_is_not_one_symbol() -> None:
    body = zipped({"AAA.csv": (HEADER + ROWS).encode(), "BBB.csv": (HEADER + ROWS).encode()})
    store = FakeBarStore()
    async with serve_data(store) as client:
        response = await client.put("/symbols/NEW/bars", content=body, headers={"content-type": "application/zip"})
    assert response.status_code == 422
    assert "'AAA.csv' and 'BBB.csv' both have bars that would be stored as NEW." in response.json()["detail"]
    assert store.frames == {}
