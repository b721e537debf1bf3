"""Uploads of a small CSV file to the data service."""

import json
from typing import Any

import httpx

HEADER = "date,open,high,low,close,volume\n"
ROWS = "2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12,2000\n"
BAD = "2024-01-04,11,10,9,12,2000\n"  # the high is below the close


async def put_csv(client: httpx.AsyncClient, body: str | bytes, **params: str | bool) -> httpx.Response:
    """Upload a CSV file of the symbol NEW."""
    return await client.put("/symbols/NEW/bars", content=body, params=params, headers={"content-type": "text/csv"})


def join_lines(response: httpx.Response) -> dict[str, Any]:
    """Return the outcomes of a file with many symbols: `reports` and `refused`, ascending, and what its end says."""
    *outcomes, last = [json.loads(line) for line in response.content.splitlines()]
    reports = sorted((one["report"] for one in outcomes if one["report"]), key=lambda report: report["symbol"])
    refused = sorted((one["refused"] for one in outcomes if one["refused"]), key=lambda each: each["symbol"])
    assert len(reports) + len(refused) == len(outcomes)
    return {"reports": reports, "refused": refused, **last["end"]}
