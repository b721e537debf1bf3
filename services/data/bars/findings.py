"""What a person should know about bars that are served all the same: gaps, jumps, stale prices, too little. Pure."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt

from shared.market.split_jumps import split_like_jumps
from shared.schemas.arrow import PRICES, BarFrame
from shared.schemas.loads import Finding

Sessions = npt.NDArray[np.datetime64]
MAX_LISTED_DATES = 10
STALE_SESSIONS = 5  # as many equal bars in a row are a feed that stopped rather than a market that did
SHORT_HISTORY = 252  # sessions in a year


def collect_findings(frame: BarFrame, calendar: str, exchange: Sessions | None) -> list[Finding]:
    """Return what is worth knowing about the bars.

    Args:
        frame: At least one bar.
        calendar: The exchange's name, for the sentences.
        exchange: Its sessions, ascending; None to leave out what needs them.
    """
    sessions = frame.bars["session"].to_numpy("datetime64[D]")
    prices = frame.bars[list(PRICES)].to_numpy(np.float64)
    findings = [
        *_find_calendar_mismatches(calendar, exchange, sessions),
        *_find_jumps(frame, sessions, prices),
        *_find_stale_prices(sessions, prices),
    ]
    if len(sessions) < SHORT_HISTORY:
        sentence = (
            f"{_quantity(len(sessions), 'bar')}, less than one year ({SHORT_HISTORY} sessions): scores say little."
        )
        findings.append(Finding(code="short_history", detail=sentence, count=len(sessions), sessions=[]))
    if frame.skipped:
        sentence = f"{_quantity(frame.skipped, 'stored row')} left out: no readable date, or the date of another."
        findings.append(Finding(code="rows_skipped", detail=sentence, count=frame.skipped, sessions=[]))
    return findings


def _find_calendar_mismatches(calendar: str, exchange: Sessions | None, sessions: Sessions) -> Iterator[Finding]:
    if exchange is None:
        return
    expected = exchange[(exchange >= sessions[0]) & (exchange <= sessions[-1])]
    covered = sessions[(sessions >= exchange[0]) & (sessions <= exchange[-1])]
    missing = np.setdiff1d(expected, sessions, assume_unique=True)
    if len(missing):
        sentence = f"{_quantity(len(missing), 'session')} of {calendar} without a bar."
        yield Finding(code="missing_sessions", detail=sentence, count=len(missing), sessions=_first_dates(missing))
    closed = np.setdiff1d(covered, expected, assume_unique=True)
    if len(closed):
        sentence = f"{_quantity(len(closed), 'bar')} of a day when {calendar} was closed."
        yield Finding(code="closed_sessions", detail=sentence, count=len(closed), sessions=_first_dates(closed))


def _find_jumps(frame: BarFrame, sessions: Sessions, prices: npt.NDArray[np.float64]) -> Iterator[Finding]:
    at = split_like_jumps(prices[:, 0], prices[:, 3])
    if len(at):
        remedy = (
            "Adjusted prices (adjusted=true) have none."
            if frame.has_adjusted_prices
            else "Load bars with an Adj Close."
        )
        sentence = f"{_quantity(len(at), 'jump')} like a split that the prices are not adjusted for. {remedy}"
        yield Finding(code="split_like_jump", detail=sentence, count=len(at), sessions=_first_dates(sessions[at]))


def _find_stale_prices(sessions: Sessions, prices: npt.NDArray[np.float64]) -> Iterator[Finding]:
    if len(prices) > 1 and (prices[:, 3] == prices[0, 3]).all():
        sentence = f"Every close is {prices[0, 3]:g}: there is nothing to learn from."
        yield Finding(code="constant_price", detail=sentence, count=len(prices), sessions=_first_dates(sessions[:1]))
        return
    is_same = (prices[1:] == prices[:-1]).all(axis=1)
    edges = np.diff(np.concatenate(([0], is_same.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    starts = starts[ends - starts + 1 >= STALE_SESSIONS]
    if len(starts):
        sentence = f"{_quantity(len(starts), 'run')} of {STALE_SESSIONS} or more sessions with one and the same bar."
        yield Finding(code="stale_prices", detail=sentence, count=len(starts), sessions=_first_dates(sessions[starts]))


def _quantity(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _first_dates(sessions: Sessions) -> list[date]:
    dates: list[date] = sessions[:MAX_LISTED_DATES].tolist()
    return dates
