"""Examples of stocks, bars and loads for the API documentation; a test validates them against the models."""

from typing import Any

from pydantic.config import JsonDict

ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SYMBOLS = ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
_FINDING: JsonDict = {
    "code": "split_like_jump",
    "detail": "1 session opens near a usual split ratio from the close before.",
    "count": 1,
    "sessions": ["2005-02-28"],
}
STOCKS: JsonDict = {
    "stocks": [
        {
            "symbol": "AAPL",
            "name": "Apple Inc.",
            "first_session": "2000-03-01",
            "last_session": "2013-03-01",
            "bars": 3270,
        }
    ],
    "next_cursor": "QUFQTA",
}
STOCK: JsonDict = {
    "symbol": "AAPL",
    "name": "Apple Inc.",
    "first_session": "2000-03-01",
    "last_session": "2013-03-01",
    "bars": 3270,
    "revision": "b3ab69759dcae2f0",
    "source": "sample",
    "loaded_at": "2026-11-02T09:30:00Z",
    "has_adjusted_prices": False,
    "findings": [_FINDING],
    "sector": "Technology",
    "currency": "USD",
    "calendar": "XNYS",
    "time_zone": "America/New_York",
    "sessions_behind": 3440,
    "sources": [
        {
            "source": "sample",
            "first_session": "2000-03-01",
            "last_session": "2013-03-01",
            "bars": 3270,
            "loaded_at": "2026-11-02T09:30:00Z",
        }
    ],
}
PATCHES: dict[str, Any] = {
    "name": {"summary": "Name and currency", "value": {"name": "Apple Inc.", "currency": "USD"}},
    "calendar": {"summary": "A symbol that trades every day", "value": {"calendar": "24/7"}},
}
LOAD_REPORT: JsonDict = {
    "symbol": "AAPL",
    "mode": "upsert",
    "dry_run": False,
    "inserted": 2,
    "updated": 1,
    "unchanged": 0,
    "removed": 0,
    "rejected": [
        {
            "row": 4,
            "code": "high_too_low",
            "detail": "The high is below the open, low or close.",
            "session": "2013-03-06",
        }
    ],
    "n_rejected": 1,
    "rejected_by_code": [{"code": "high_too_low", "detail": "The high is below the open, low or close.", "count": 1}],
    "findings": [_FINDING],
    "notes": ["'Last' was not read: 'Close' is the close."],
    "n_bars": 3272,
    "revision": "0f4e9a7c5b21d836",
}
FILE_OUTCOME: JsonDict = {"report": LOAD_REPORT, "refused": None, "end": None}
_CSV = "Date,Open,High,Low,Close,Volume\n2013-03-01,438.0,438.18,429.98,430.47,19730300\n"
_JSON_BAR: JsonDict = {
    "session": "2013-03-01",
    "open": 438.0,
    "high": 438.18,
    "low": 429.98,
    "close": 430.47,
    "volume": 19730300.0,
    "adj_close": 57.9,
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
BARS: dict[str, Any] = {
    "application/json": {
        "example": {"symbol": "AAPL", "revision": "b3ab69759dcae2f0", "skipped": 0, "bars": [_JSON_BAR]}
    },
    "text/csv": {"schema": {"type": "string"}, "example": _CSV},
    PARQUET: _BINARY,
    WORKBOOK: _BINARY,
    ARROW: _BINARY,
}
UPLOADS: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}, "example": _CSV},
    "application/json": {
        "schema": {"type": "array", "items": {"type": "object"}},
        "example": [
            {"Date": "2013-03-01", "Open": 438.0, "High": 438.18, "Low": 429.98, "Close": 430.47, "Volume": 19730300}
        ],
    },
    PARQUET: _BINARY,
    ARROW: _BINARY,
    "application/vnd.apache.arrow.file": _BINARY,
    WORKBOOK: _BINARY,
    "application/vnd.ms-excel": _BINARY,
    "application/octet-stream": _BINARY,
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
    },
}
