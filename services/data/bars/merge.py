"""Merge new bars into stored ones (upsert) or replace them. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shared.schemas.arrow import NUMBERS, BarFrame
from shared.schemas.loads import Mode

OPTIONAL_COLUMNS = ("volume", "adj_close")
SAME_CLOSE = 1e-4  # relative; vendors round


@dataclass(frozen=True)
class MergeResult:
    """The bars after a load, and how many sessions changed."""

    frame: BarFrame
    inserted: int
    updated: int
    unchanged: int
    removed: int
    given: npt.NDArray[np.datetime64]  # the sessions that were inserted or updated, ascending


def merge_bars(stored: BarFrame | None, new: BarFrame, mode: Mode) -> MergeResult:
    """Merge `new` into `stored`; where both have a session, the new bar wins.

    `upsert` and `force` keep the other stored bars, a stored volume that the new bar lacks, and a stored adjusted close
    if the close is the same. `keep` adds only the bars of sessions that are not stored. `replace` keeps only the new
    bars. Both frames ascend by session.
    """
    if stored is None or stored.bars.empty:
        skipped = stored.skipped if stored is not None and mode != "replace" else 0
        sessions = new.bars["session"].to_numpy("datetime64[D]")
        return MergeResult(BarFrame(new.symbol, new.bars, skipped), len(new.bars), 0, 0, 0, sessions)
    old = stored.bars.set_index("session")
    fresh = new.bars.set_index("session")
    if mode == "keep":
        fresh = fresh.drop(index=fresh.index.intersection(old.index))
    shared = fresh.index.intersection(old.index)
    if mode == "replace":
        merged, skipped = fresh, 0
    else:
        fresh = _fill_optional_columns(old, fresh, shared)
        merged, skipped = pd.concat([old.drop(index=shared), fresh]).sort_index(), stored.skipped
    is_changed = _find_differing_rows(old.loc[shared], fresh.loc[shared])
    n_changed = int(is_changed.sum())
    given = fresh.index.difference(shared).union(shared[is_changed])
    return MergeResult(
        frame=BarFrame(new.symbol, merged.reset_index(), skipped),
        inserted=len(fresh) - len(shared),
        updated=n_changed,
        unchanged=len(shared) - n_changed,
        removed=len(old) - len(shared) if mode == "replace" else 0,
        given=given.to_numpy("datetime64[D]"),
    )


def _fill_optional_columns(old: pd.DataFrame, fresh: pd.DataFrame, shared: pd.Index) -> pd.DataFrame:
    known = old.loc[shared, list(OPTIONAL_COLUMNS)]
    is_other = ~np.isclose(fresh.loc[shared, "close"], old.loc[shared, "close"], rtol=SAME_CLOSE, atol=0)
    known["adj_close"] = known["adj_close"].mask(is_other)  # it belonged to another close
    return fresh.assign(**{name: fresh[name].fillna(known[name]) for name in OPTIONAL_COLUMNS})


def _find_differing_rows(left: pd.DataFrame, right: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return for each row whether any number differs; two missing numbers are equal."""
    left_numbers, right_numbers = left[list(NUMBERS)].to_numpy(np.float64), right[list(NUMBERS)].to_numpy(np.float64)
    differ: npt.NDArray[np.bool_] = (
        (left_numbers != right_numbers) & ~(np.isnan(left_numbers) & np.isnan(right_numbers))
    ).any(axis=1)
    return differ
