"""Which source gave which sessions of a symbol. Pure."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from shared.schemas.stocks import SourceRange

Sessions = npt.NDArray[np.datetime64]
MAX_RANGES = 100  # beyond that the earliest are joined, so that an entry stays small
SEVERAL = "several sources"


def merge_sources(
    known: Sequence[SourceRange], sessions: Sessions, given: Sessions, source: str | None, loaded_at: datetime
) -> list[SourceRange]:
    """Return the ranges of sessions by source after a load, ascending, without gaps.

    Args:
        known: The ranges before; sessions in none of them are from another tool.
        sessions: All sessions after the load, `datetime64[D]`, ascending.
        given: Those that the load inserted or changed; the others stay with the source that they had.
        source: The source of the load.
        loaded_at: Its time.
    """
    origins: list[tuple[str | None, datetime | None]] = [(None, None), (source, loaded_at)]
    labels = np.zeros(len(sessions), np.intp)
    for known_range in known:
        first, last = (np.datetime64(day, "D") for day in (known_range.first_session, known_range.last_session))
        labels[(sessions >= first) & (sessions <= last)] = len(origins)
        origins.append((known_range.source, known_range.loaded_at))
    labels[np.isin(sessions, given)] = 1
    # Ranges of one source are one range, whenever its parts were loaded.
    names = np.array([[name for name, _ in origins].index(name) for name, _ in origins])[labels]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(names)) + 1))
    ends = np.append(starts[1:], len(names))
    ranges = [
        SourceRange(
            source=origins[labels[start]][0],
            first_session=sessions[start].item(),
            last_session=sessions[end - 1].item(),
            bars=int(end - start),
            loaded_at=max((at for label in set(labels[start:end].tolist()) if (at := origins[label][1])), default=None),
        )
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return _join_earliest(ranges)


def _join_earliest(ranges: list[SourceRange]) -> list[SourceRange]:
    if len(ranges) <= MAX_RANGES:
        return ranges
    early, late = ranges[: 1 - MAX_RANGES], ranges[1 - MAX_RANGES :]
    joined = SourceRange(
        source=SEVERAL,
        first_session=early[0].first_session,
        last_session=early[-1].last_session,
        bars=sum(each.bars for each in early),
        loaded_at=max((each.loaded_at for each in early if each.loaded_at), default=None),
    )
    return [joined, *late]
