"""Uploads of small CSV files to the data service, and what else takes part in a load."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from services.data.records import StoredSymbol
from shared.errors import ServiceError
from tests.support.data.fakes import FakeBarStore, FakeFollowers

T = TypeVar("T")

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


@dataclass
class PickyStore(FakeBarStore):
    """A store that some symbols cannot be written to, and those that were tried."""

    errors: Mapping[str, ServiceError] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        self.tried.append(symbol)
        if symbol in self.errors:
            raise self.errors[symbol]
        return await super().rewrite(symbol, decide)


class PromptFollowers(FakeFollowers):
    """Followers that have read every change."""

    async def count_behind(self, fence: int) -> int:
        return 0
