"""One symbol's bars as an answer: whole or a part, as they are or adjusted, in the form that was asked for."""

import asyncio
import json

from fastapi import Response

from services.data.bars.load import describe
from services.data.files.export import as_csv, as_parquet
from services.data.records import CatalogueEntry
from shared.errors import NoAdjustedPrices
from shared.schemas.arrow import MEDIA_TYPE, NUMBERS, BarFrame, decode, encode
from shared.schemas.bars import BarsFormat, BarsQuery, EncodedBars
from shared.schemas.stocks import Stock

MEDIA_TYPES: dict[BarsFormat, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": MEDIA_TYPE,
}


async def bars_response(found: EncodedBars, symbol: str, query: BarsQuery) -> Response:
    """Return the answer; what is cached as it is asked for goes through without being decoded.

    Raises:
        NoAdjustedPrices: Adjusted prices are wanted and no bar has an adjusted close.
    """
    body, headers = found.arrow, dict[str, str]()
    if not (query.is_unchanged and query.format == "arrow"):
        body, headers = await asyncio.to_thread(_rendered, found, symbol, query)
    return Response(body, media_type=MEDIA_TYPES[query.format], headers={"ETag": f'"{found.revision}"'} | headers)


def described(found: EncodedBars, noted: CatalogueEntry | None, calendar: str | None) -> Stock:
    """Return what the bars themselves say of a symbol, and of an entry for other bars the name only."""
    frame = decode(found.arrow)
    sessions = frame.bars["session"]
    return Stock(
        symbol=frame.symbol,
        name=noted.name if noted else None,
        first_session=sessions.iloc[0].date(),
        last_session=sessions.iloc[-1].date(),
        bars=len(sessions),
        revision=found.revision,
        source=None,
        loaded_at=None,
        has_adjusted_prices=frame.has_adjusted_prices,
        findings=describe(frame, calendar)[1],
    )


def _rendered(found: EncodedBars, symbol: str, query: BarsQuery) -> tuple[bytes, dict[str, str]]:
    frame = decode(found.arrow).between(query.start, query.end)
    if query.adjusted:
        if not frame.has_adjusted_prices and not frame.bars.empty:
            raise NoAdjustedPrices(f"The bars of {symbol} have no adjusted close. Load bars that have one.")
        frame = frame.adjusted()
    match query.format:
        case "json":
            return _json(frame, found.revision), {}
        case "arrow":
            return encode(frame.columns(), found.revision), {}
        case "csv":
            return as_csv(frame), _file_name(frame, query)
        case "parquet":
            return as_parquet(frame), _file_name(frame, query)


def _file_name(frame: BarFrame, query: BarsQuery) -> dict[str, str]:
    sessions = frame.bars["session"].dt.strftime("%Y-%m-%d")
    span = f"_{sessions.iloc[0]}_{sessions.iloc[-1]}" if len(sessions) else ""
    adjusted = "_adjusted" if query.adjusted else ""
    return {"Content-Disposition": f'attachment; filename="{frame.symbol}{span}{adjusted}.{query.format}"'}


def _json(frame: BarFrame, revision: str) -> bytes:
    """Return a `shared.schemas.bars.SymbolBars` without building a model for each bar, which takes 20 times as long."""
    columns: dict[str, list[object]] = {"session": frame.bars["session"].dt.strftime("%Y-%m-%d").tolist()}
    for name in NUMBERS:
        column = frame.bars[name]
        columns[name] = column.astype(object).where(column.notna(), None).tolist()
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    about = {"symbol": frame.symbol, "revision": revision, "skipped": frame.skipped}
    return json.dumps(about | {"bars": rows}, allow_nan=False).encode()
