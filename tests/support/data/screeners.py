"""Builds stored screeners, as runs write them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from shared.schemas.stored.screener import LEVEL_COLUMNS, LEVELS, SCHEMA, StoredScreener
from tests.support.data.leaderboards import make_universe

SENTENCE = "0 of 2 symbols look better than no change; luck alone gives 0 to 1."
REVISIONS = {"AAPL": "a" * 16, "MSFT": "b" * 16}


def make_screener(revisions: dict[str, str] | None = None, run_id: str = "0123456789abcdef") -> StoredScreener:
    """Build a screener of these symbols, with other numbers at each level and for each symbol."""
    known = REVISIONS if revisions is None else revisions
    columns = _columns(known)
    for level in LEVELS:
        for number, name in enumerate(LEVEL_COLUMNS):
            offset = 0 if "percentile" in name else number / 8
            columns[f"{name}_{level}"] = [level + row + offset for row in range(len(known))]
    table = pa.table([pa.array(columns[field.name], field.type, from_pandas=True) for field in SCHEMA], schema=SCHEMA)
    return StoredScreener(
        make_universe(run_id=run_id, n_symbols=len(known), ended_at=datetime(2024, 1, 4, 6, tzinfo=UTC)),
        SENTENCE,
        table,
    )


def _columns(known: dict[str, str]) -> dict[str, Sequence[object]]:
    n_rows = len(known)
    only_first = [None] * (n_rows - 1)
    return {
        "symbol": sorted(known),
        "last_session": [date(2024, 1, 3)] * n_rows,
        "close": [100.5 + row for row in range(n_rows)],
        "change_1": [-1.25, *only_first],
        "change_5": [2.5] * n_rows,
        "change_20": [0.0] * n_rows,
        "sessions_since_jump": [None] * n_rows,
        "spark": [[0, 19, 7]] * n_rows,
        "expected_range": [1.5, *only_first],
        "range_percentile": [75, *only_first],
        "range_percentile_own": [50, *only_first],
        "verdict": ["no_better"] * n_rows,
        "model": ["drift"] * n_rows,
        "skill": [0.0012] * n_rows,
        "lower": [-0.01] * n_rows,
        "upper": [0.02] * n_rows,
        "p_value": [0.25, *only_first],
        "q_value": [0.5, *only_first],
        "better_twice": [False] * n_rows,
        "revision": [known[symbol] for symbol in sorted(known)],
    }
