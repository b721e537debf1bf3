"""Merge new bars into stored ones (upsert) or replace them. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shared.schemas.arrow import NUMBERS, BarFrame
from shared.schemas.loads import Mode

OPTIONAL_COLUMNS = ("volume", "adj_close")


@dataclass(frozen=True)
class MergeResult:
    """The bars after a load, and how many sessions changed."""

    frame: BarFrame
    inserted: int
    updated: int
    unchanged: int
    removed: int


def merge_bars(stored: BarFrame | None, new: BarFrame, mode: Mode) -> MergeResult:
    """Merge `new` into `stored`; where both have a session, the new bar wins.

    `upsert` keeps the other stored bars, and a stored volume or adjusted close that the new bar lacks.
    `replace` keeps only the new bars. Both frames ascend by session.
    """
    if stored is None or stored.bars.empty:
        skipped = stored.skipped if stored is not None and mode == "upsert" else 0
        return MergeResult(BarFrame(new.symbol, new.bars, skipped), len(new.bars), 0, 0, 0)
    old = stored.bars.set_index("session")
    fresh = new.bars.set_index("session")
    shared = fresh.index.intersection(old.index)
    if mode == "upsert":
        fresh = _fill_optional_columns(old, fresh, shared)
        merged, skipped = pd.concat([old.drop(index=shared), fresh]).sort_index(), stored.skipped
    else:
        merged, skipped = fresh, 0
    n_changed = int(_find_differing_rows(old.loc[shared], fresh.loc[shared]).sum())
    return MergeResult(
        frame=BarFrame(new.symbol, merged.reset_index(), skipped),
        inserted=len(fresh) - len(shared),
        updated=n_changed,
        unchanged=len(shared) - n_changed,
        removed=len(old) - len(shared) if mode == "replace" else 0,
    )


def _fill_optional_columns(old: pd.DataFrame, fresh: pd.DataFrame, shared: pd.Index) -> pd.DataFrame:
    filled = {name: fresh[name].fillna(old.loc[shared, name]) for name in OPTIONAL_COLUMNS}
    return fresh.assign(**filled)


def _find_differing_rows(left: pd.DataFrame, right: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return for each row whether any number differs; two missing numbers are equal."""
    left_numbers, right_numbers = left[list(NUMBERS)].to_numpy(np.float64), right[list(NUMBERS)].to_numpy(np.float64)
    differ: npt.NDArray[np.bool_] = (
        (left_numbers != right_numbers) & ~(np.isnan(left_numbers) & np.isnan(right_numbers))
    ).any(axis=1)
    return differ
