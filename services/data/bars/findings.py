"""Findings about valid bars that a person should know: gaps, jumps, stale prices, short histories. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.bars.checks import Rejections
from services.data.records import NEWEST_REJECTED
from shared.market.price_jumps import find_price_jumps
from shared.schemas.arrow import PRICES, BarFrame
from shared.schemas.loads import Finding
from shared.schemas.text import is_visible

Sessions = npt.NDArray[np.datetime64]
MAX_LISTED_DATES = 10
STALE_SESSIONS = 5  # this many equal bars in a row mean a stopped feed rather than a quiet market
SHORT_HISTORY = 252  # sessions in a year
_OTHER_BASIS = (
    "the bars before are on another basis, from before a split or a new adjustment. Reload the whole history "
    "(mode=replace)."
)


def collect_findings(frame: BarFrame, calendar: str, exchange: Sessions | None) -> list[Finding]:
    """Collect the findings about the bars.

    Args:
        frame: At least one bar.
        calendar: The exchange's name, for the sentences.
        exchange: Its sessions, ascending; None to skip the findings that need them.
    """
    sessions = frame.bars["session"].to_numpy("datetime64[D]")
    prices = frame.bars[list(PRICES)].to_numpy(np.float64)
    findings = [
        *_find_calendar_mismatches(calendar, exchange, sessions),
        *_find_jumps(frame, sessions, prices),
        *_find_end_of_adjusted(frame),
        *_find_stale_prices(sessions, prices),
    ]
    if len(sessions) < SHORT_HISTORY:
        n_bars = _quantity(len(sessions), "bar")
        sentence = f"Only {n_bars}, less than one year ({SHORT_HISTORY} sessions): scores are unreliable."
        findings.append(Finding(code="short_history", detail=sentence, count=len(sessions), sessions=[]))
    if frame.skipped:
        sentence = (
            f"Skipped {_quantity(frame.skipped, 'stored row')}: no readable date, or the same date as another row."
        )
        findings.append(Finding(code="rows_skipped", detail=sentence, count=frame.skipped, sessions=[]))
    return findings


def find_altered_name(name: str | None) -> Iterator[Finding]:
    """Report that a company's name is not stored as its source writes it."""
    if name and not is_visible(name):
        sentence = "The company's name was cleaned: it has control characters, or some that hide or reverse others."
        yield Finding(code="name_cleaned", detail=sentence, count=1, sessions=[])


def find_rejected_newest(last_session: date, rejected: Rejections, earlier: Iterable[Finding]) -> Iterator[Finding]:
    """Report a row that is newer than every bar and was rejected, until there is a bar of its session or a later one.

    Args:
        last_session: That of the bars after the load.
        rejected: The rejected rows of the load.
        earlier: The findings of earlier loads.
    """
    newest = rejected.newest
    if newest is not None and newest.session is not None and newest.session > last_session:
        reason = newest.detail[0].lower() + newest.detail[1:]
        sentence = f"The newest row ({newest.session}) was rejected: {reason} The bars end on {last_session}."
        yield Finding(code=NEWEST_REJECTED, detail=sentence, count=1, sessions=[newest.session])
        return
    yield from keep_rejected_newest(last_session, earlier)


def keep_rejected_newest(last_session: date, earlier: Iterable[Finding]) -> Iterator[Finding]:
    """Return the finding of a rejected row that is still newer than every bar."""
    yield from (each for each in earlier if each.code == NEWEST_REJECTED and each.sessions[0] > last_session)


def _find_calendar_mismatches(calendar: str, exchange: Sessions | None, sessions: Sessions) -> Iterator[Finding]:
    if exchange is None:
        return
    expected = exchange[(exchange >= sessions[0]) & (exchange <= sessions[-1])]
    covered = sessions[(sessions >= exchange[0]) & (sessions <= exchange[-1])]
    missing = np.setdiff1d(expected, sessions, assume_unique=True)
    if len(missing):
        verb = "has" if len(missing) == 1 else "have"
        sentence = f"{_quantity(len(missing), 'session')} of {calendar} {verb} no bar."
        yield Finding(code="missing_sessions", detail=sentence, count=len(missing), sessions=_latest_dates(missing))
    closed = np.setdiff1d(covered, expected, assume_unique=True)
    if len(closed):
        verb = "is on a day" if len(closed) == 1 else "are on days"
        sentence = f"{_quantity(len(closed), 'bar')} {verb} when {calendar} was closed."
        yield Finding(code="closed_sessions", detail=sentence, count=len(closed), sessions=_latest_dates(closed))


def _find_jumps(frame: BarFrame, sessions: Sessions, prices: npt.NDArray[np.float64]) -> Iterator[Finding]:
    jumps = find_price_jumps(sessions, prices[:, 0], prices[:, 3])
    adjusted = frame.columns().adjusted().numbers
    in_adjusted = find_price_jumps(sessions, adjusted["open"], adjusted["close"])
    if len(at := jumps.lasting):
        verb = "looks like an unadjusted split" if len(at) == 1 else "look like unadjusted splits"
        sentence = f"{_quantity(len(at), 'jump')} {verb}. {_choose_remedy(frame, at, in_adjusted.lasting)}"
        yield Finding(code="split_like_jump", detail=sentence, count=len(at), sessions=_latest_dates(sessions[at]))
    if len(at := np.setdiff1d(in_adjusted.lasting, jumps.lasting)):
        sentence = f"Adjusted prices jump {_quantity(len(at), 'time')} where prices do not: {_OTHER_BASIS}"
        yield Finding(code="adjusted_jump", detail=sentence, count=len(at), sessions=_latest_dates(sessions[at]))
    if len(at := jumps.wrong_rows):
        verb = "has prices" if len(at) == 1 else "have prices"
        sentence = (
            f"{_quantity(len(at), 'bar')} {verb} on another scale than the bars before and after, as if in another "
            "unit. Correct or remove them."
        )
        yield Finding(code="wrong_rows", detail=sentence, count=len(at), sessions=_latest_dates(sessions[at]))
    if len(at := jumps.over_gaps):
        sentence = (
            f"Prices jump over {_quantity(len(at), 'gap')} without bars, further than they move in that time: the bars "
            "before may be on another scale, or of another company. Load the missing sessions or the whole history."
        )
        yield Finding(code="jump_over_gap", detail=sentence, count=len(at), sessions=_latest_dates(sessions[at]))


def _choose_remedy(frame: BarFrame, jumps: npt.NDArray[np.intp], in_adjusted: npt.NDArray[np.intp]) -> str:
    if len(np.intersect1d(jumps, in_adjusted)):
        return f"Adjusted prices jump there, too: {_OTHER_BASIS}"
    is_known = frame.bars["adj_close"].notna().to_numpy()
    if not (is_known[jumps] & is_known[jumps - 1]).all():
        return "Load bars that have an adjusted close (Adj Close) on both sides of each."
    if not frame.has_adjusted_prices:
        return "Load bars that have an adjusted close (Adj Close) up to the newest, to use adjusted prices."
    return "Use adjusted prices (adjusted=true)."


def _find_end_of_adjusted(frame: BarFrame) -> Iterator[Finding]:
    until = frame.adjusted_until
    if until is None or frame.has_adjusted_prices:
        return
    later = frame.bars["session"][frame.bars["session"] > pd.Timestamp(until)].to_numpy("datetime64[D]")
    sentence = (
        f"The last {_quantity(len(later), 'bar')} of {len(frame.bars):,} have no adjusted close: adjusted prices would "
        f"end on {until}. Load bars that have an adjusted close (Adj Close) since then."
    )
    yield Finding(code="adjusted_ends_early", detail=sentence, count=len(later), sessions=_latest_dates(later))


def _find_stale_prices(sessions: Sessions, prices: npt.NDArray[np.float64]) -> Iterator[Finding]:
    if len(prices) > 1 and (prices[:, 3] == prices[0, 3]).all():
        sentence = f"Every close is {prices[0, 3]:g}, so a model has nothing to learn from."
        yield Finding(code="constant_price", detail=sentence, count=len(prices), sessions=_latest_dates(sessions[:1]))
        return
    is_same = (prices[1:] == prices[:-1]).all(axis=1)
    edges = np.diff(np.concatenate(([0], is_same.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    starts = starts[ends - starts + 1 >= STALE_SESSIONS]
    if len(starts):
        sentence = f"{_quantity(len(starts), 'run')} of {STALE_SESSIONS} or more sessions with identical bars."
        yield Finding(code="stale_prices", detail=sentence, count=len(starts), sessions=_latest_dates(sessions[starts]))


def _quantity(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _latest_dates(sessions: Sessions) -> list[date]:
    dates: list[date] = sessions[-MAX_LISTED_DATES:].tolist()
    return dates
