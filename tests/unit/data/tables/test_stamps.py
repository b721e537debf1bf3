"""Distinct days, in parts of a column."""

import numpy as np

from services.data.tables.stamps import PART_ROWS, find_days


def test_days_are_distinct_ordered_and_known_also_across_parts() -> None:
    moments = np.full(PART_ROWS + 3, np.datetime64("2024-03-05T16:00:00", "s"))
    moments[[1, PART_ROWS]] = np.datetime64("NaT")
    moments[PART_ROWS + 1 :] = np.array(["2024-03-04T09:30:00", "2024-03-05T00:00:00"], "datetime64[s]")
    assert find_days(moments).tolist() == np.array(["2024-03-04", "2024-03-05"], "datetime64[D]").tolist()
    assert len(find_days(moments[:0])) == 0
