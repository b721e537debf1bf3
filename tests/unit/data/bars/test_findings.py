import re
from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from services.data.bars.findings import SHORT_HISTORY, collect_findings
from shared.market.exchange_sessions import exchange_sessions
from shared.schemas.arrow import NUMBERS, BarFrame
from shared.schemas.loads import Finding
from tests.support.data.bars import make_bars
from tests.support.data.cases import read_case

LONG = [100 + 0.1 * (day % 7) for day in range(SHORT_HISTORY)]


def _findings(closes: Iterable[float]) -> dict[str, Finding]:
    return {finding.code: finding for finding in collect_findings(BarFrame("AAPL", make_bars(closes)), "", None)}


def _findings_on_days(days: list[str]) -> dict[str, Finding]:
    bars = make_bars(range(10, 10 + len(days))).assign(session=pd.to_datetime(days).astype("datetime64[s]"))
    findings = collect_findings(BarFrame("AAPL", bars), "XNYS", exchange_sessions("XNYS"))
    return {finding.code: finding for finding in findings if finding.code.endswith("_sessions")}


def test_a_year_of_good_bars_has_no_findings() -> None:
    assert _findings(LONG) == {}


def test_less_than_a_year_is_short() -> None:
    (finding,) = _findings(LONG[:-1]).values()
    assert (finding.code, finding.count) == ("short_history", 251)
    assert finding.detail == "Only 251 bars, less than one year (252 sessions): scores are unreliable."


@pytest.mark.scenario("D11")
def test_a_session_of_the_exchange_without_a_bar_is_missing_and_a_holiday_is_not() -> None:
    findings = _findings_on_days(["2024-07-01", "2024-07-03", "2024-07-05"])
    assert findings == {
        "missing_sessions": Finding(
            code="missing_sessions", detail="1 session of XNYS has no bar.", count=1, sessions=[date(2024, 7, 2)]
        )
    }


@pytest.mark.scenario("D11")
def test_nothing_is_missing_before_the_first_bar_or_after_the_last() -> None:
    assert _findings_on_days(["2024-07-03", "2024-07-05"]) == {}


def test_a_bar_of_a_day_when_the_exchange_was_closed_is_found() -> None:
    findings = _findings_on_days(["2024-07-03", "2024-07-04", "2024-07-05", "2024-07-06"])
    assert findings["closed_sessions"].sessions == [date(2024, 7, 4), date(2024, 7, 6)]
    assert findings["closed_sessions"].detail == "2 bars are on days when XNYS was closed."


def test_the_years_before_the_calendar_begins_are_not_judged() -> None:
    assert _findings_on_days(["1929-10-28", "1929-10-30", "1959-12-31", "1960-01-04"]) == {}


def test_the_latest_ten_sessions_are_named_and_all_are_counted() -> None:
    finding = _findings_on_days(["2024-01-02", "2024-12-31"])["missing_sessions"]
    assert finding.count == 250
    assert finding.sessions[-1] == date(2024, 12, 30)
    assert len(finding.sessions) == 10


@pytest.mark.parametrize(
    ("after", "way_out"), [("adj_close", "adjusted=true"), (None, "Load bars that have an adjusted close (Adj Close)")]
)
@pytest.mark.scenario("D11")
def test_a_jump_like_a_split_is_found_with_a_remedy(after: str | None, way_out: str) -> None:
    bars = make_bars([*LONG, *(price / 4 for price in LONG)])
    bars.loc[SHORT_HISTORY, "open"] = bars["close"][SHORT_HISTORY]
    bars.loc[: SHORT_HISTORY - 1, "adj_close"] /= 4
    if after is None:
        bars["adj_close"] = np.nan
    (finding,) = collect_findings(BarFrame("AAPL", bars), "", None)
    assert (finding.code, finding.count) == ("split_like_jump", 1)
    assert finding.sessions == [date(2024, 1, 1) + timedelta(days=SHORT_HISTORY)]
    assert way_out in finding.detail


def test_five_equal_bars_in_a_row_are_stale_and_four_are_not() -> None:
    def findings(n: int) -> dict[str, Finding]:
        closes = [*LONG, *[50.0] * n, *LONG]
        bars = make_bars(closes)
        bars.loc[SHORT_HISTORY : SHORT_HISTORY + n - 1, ["open", "high", "low", "close"]] = 50.0
        return {finding.code: finding for finding in collect_findings(BarFrame("AAPL", bars), "", None)}

    assert findings(5)["stale_prices"].sessions == [date(2024, 1, 1) + timedelta(days=SHORT_HISTORY)]
    assert "stale_prices" not in findings(4)


def test_a_constant_price_is_reported_once() -> None:
    findings = _findings([7.5] * SHORT_HISTORY)
    assert list(findings) == ["constant_price"]
    assert findings["constant_price"].detail == "Every close is 7.5, so a model has nothing to learn from."


def test_rows_that_were_left_out_are_counted() -> None:
    (finding,) = collect_findings(BarFrame("AAPL", make_bars(LONG), skipped=1), "", None)
    assert finding.detail == "Skipped 1 stored row: no readable date, or the same date as another row."


@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0, 1e308])
def test_unchecked_bars_of_another_tool_have_findings_too(value: float) -> None:
    bars = make_bars(LONG)
    bars.loc[3:9, ["open", "close"]] = value
    several = collect_findings(BarFrame("AAPL", bars), "XNYS", exchange_sessions("XNYS"))
    one = collect_findings(BarFrame("AAPL", bars.iloc[3:4].reset_index(drop=True)), "XNYS", exchange_sessions("XNYS"))
    assert "short_history" in {finding.code for finding in one}
    assert not [finding for finding in (*several, *one) if re.search(r"\b(nan|inf)\b", finding.detail)]


def _case(name: str, *, adjusted: bool) -> BarFrame:
    rows = read_case(name)
    numbers = {
        str(column).lower().replace(" ", "_"): rows[column].astype("float64") for column in rows if column != "Date"
    }
    bars = pd.DataFrame({"session": rows["Date"].astype("datetime64[s]"), "adj_close": np.nan} | numbers)
    if not adjusted:
        bars["adj_close"] = np.nan
    return BarFrame("X", bars[["session", *NUMBERS]])


def _by_code(frame: BarFrame) -> dict[str, Finding]:
    return {finding.code: finding for finding in collect_findings(frame, "", None)}


def test_rows_in_another_unit_are_named() -> None:
    findings = _by_code(_case("basis/unit_error.csv", adjusted=False))
    assert "split_like_jump" not in findings
    assert findings["wrong_rows"].sessions == [date(2021, 12, 30), date(2021, 12, 31)]
    assert "Correct or remove them." in findings["wrong_rows"].detail


def test_a_reverse_split_is_found() -> None:
    findings = _by_code(_case("basis/reverse_split.csv", adjusted=False))
    assert findings["split_like_jump"].sessions == [date(2020, 12, 2)]
    assert "Load bars that have an adjusted close (Adj Close)" in findings["split_like_jump"].detail


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("adjusted", "Use adjusted prices (adjusted=true)."),
        ("other basis", "Adjusted prices jump there, too: the bars before are on another basis"),
        ("none", "Load bars that have an adjusted close (Adj Close) on both sides"),
        ("ends early", "up to the newest"),
    ],
)
def test_the_remedy_of_a_jump_is_one_that_works(change: str, remedy: str) -> None:
    bars = make_bars([*LONG, *LONG])
    after = slice(SHORT_HISTORY, None)
    level = bars["close"][SHORT_HISTORY - 1] / 4
    closes = level * (1 + 0.001 * np.arange(len(bars) - SHORT_HISTORY))
    for name in ("open", "high", "low", "close"):
        bars.loc[after, name] = closes
    bars["adj_close"] = bars["close"] / 4
    bars.loc[after, "adj_close"] = bars["close"][after]
    if change == "other basis":
        bars["adj_close"] = bars["close"]
    elif change == "none":
        bars["adj_close"] = np.nan
    elif change == "ends early":
        bars.loc[len(bars) - 3 :, "adj_close"] = np.nan
    findings = _by_code(BarFrame("AAPL", bars))
    assert findings["split_like_jump"].sessions == [bars["session"][SHORT_HISTORY].date()]
    assert remedy in findings["split_like_jump"].detail
    assert ("adjusted_ends_early" in findings) == (change == "ends early")


def test_adjusted_closes_that_end_before_the_bars_are_reported() -> None:
    bars = make_bars(LONG)
    bars.loc[len(bars) - 3 :, "adj_close"] = np.nan
    finding = _by_code(BarFrame("AAPL", bars))["adjusted_ends_early"]
    last = bars["session"][len(bars) - 4].date()
    assert (finding.count, finding.sessions[0]) == (3, last + timedelta(days=1))
    assert f"would end on {last}" in finding.detail
