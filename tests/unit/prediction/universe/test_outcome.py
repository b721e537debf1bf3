"""A run's answers equal those of the direct path: evaluations of all symbols, concluded and summarised at once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.universe.conclusion import Conclusion, conclude
from services.prediction.universe.conclusion_text import summarise
from services.prediction.universe.outcome import TOO_FEW, Outcome, build_outcome
from services.prediction.universe.panel import SymbolErrors
from services.prediction.universe.symbol_records import decode_result
from services.prediction.universe.symbol_result import compute_symbol_result
from shared.schemas.arrow import decode
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import RunFailure, RunRequest
from shared.schemas.stored.screener import LEVELS, InvalidScreener, decode_screener
from shared.statistics.skill import skill_interval
from tests.support.prediction import simulated
from tests.support.prediction.summaries import summarise_models
from tests.support.prediction.symbol_results import REQUEST, SYMBOLS, bars_of, build_run, compute_results

HORIZONS = {1: 0, 5: 1}
ENDED_AT = datetime(2026, 11, 30, 6, tzinfo=UTC)
FAILURES = [RunFailure(symbol="ZZZ", reason="It has 3 bars.")]


@cache
def _results() -> list[tuple[str, str, bytes]]:
    return compute_results()


@cache
def _outcome() -> Outcome:
    return build_outcome(iter(_results()), FAILURES, build_run(ended_at=ENDED_AT))


@cache
def _evaluations(horizon: int) -> tuple[Evaluation, ...]:
    query = EvaluationQuery(horizon=horizon, level=REQUEST.level, windows=REQUEST.windows)
    return tuple(compute_evaluation(bars_of(symbol), symbol, query) for symbol in sorted(SYMBOLS))


def _conclude(horizon: int) -> Conclusion:
    found = conclude(
        [
            SymbolErrors(
                one.stock_symbol,
                one.windows.session,
                {series.name: series.absolute_error for series in one.windows.series},
            )
            for one in _evaluations(horizon)
        ],
        horizon,
    )
    assert found is not None
    return found


def _leaderboard(horizon: int) -> Leaderboard:
    return _outcome().leaderboards[HORIZONS[horizon]]


def _rows(horizon: int) -> pd.DataFrame:
    rows: pd.DataFrame = decode_screener(_outcome().screeners[horizon]).table.to_pandas()
    return rows


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_leaderboard_concludes_what_the_direct_path_concludes(horizon: int) -> None:
    board, direct = _leaderboard(horizon), _conclude(horizon)
    assert board.sentence == summarise(direct, len(SYMBOLS))
    assert (board.n_compared, board.n_better) == (len(direct.symbols), direct.n_better)
    assert board.n_sessions == direct.n_sessions
    assert board.p_value == direct.p_value
    assert (board.by_chance.low, board.by_chance.high) == (direct.by_chance.low, direct.by_chance.high)
    assert board.n_discoveries == sum(symbol.q_value <= 0.05 for symbol in direct.symbols)
    assert [one.symbol for one in board.named] == [one.symbol for one in direct.named]
    assert [one.name for one in board.models] == [
        one.name for one in sorted(direct.models, key=lambda model: -model.skill)
    ]
    by_name = {model.name: model for model in board.models}
    for expected in direct.models:
        found = by_name[expected.name]
        assert (found.n_better, found.may_be_best) == (expected.n_better, expected.may_be_best)
        numbers = [found.skill, found.lower, found.upper, found.p_value]
        np.testing.assert_allclose(
            np.array(numbers, float),
            np.array([expected.skill, expected.lower, expected.upper, expected.p_value], float),
            rtol=1e-5,
            atol=1e-7,
        )


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_leaderboard_summarises_what_the_direct_path_summarises(horizon: int) -> None:
    evaluations = _evaluations(horizon)
    by_name = {model.name: model for model in _leaderboard(horizon).models}
    for expected in summarise_models(evaluations):
        found = by_name[expected.name]
        numbers = [found.coverage, found.interval_score, found.score_of_plain_band, found.n_worse, found.n_failed]
        worse = round(expected.worse * len(SYMBOLS))
        assert numbers == pytest.approx([expected.coverage, expected.interval_score, expected.plain_score, worse, 0])
        assert found.win_rate == (None if found.name == "persistence" else pytest.approx(expected.positive))
    assert by_name["gradient_boosting"].seconds > by_name["drift"].seconds > 0


def test_the_leaderboard_says_what_it_is_of() -> None:
    board, run = _leaderboard(5), build_run()
    assert (board.universe.run_id, board.universe.horizon, board.universe.level) == (run.id, 5, 80)
    assert (board.universe.n_symbols, board.universe.n_failed) == (4, 1)
    assert board.universe.ended_at == ENDED_AT
    assert (board.universe.fingerprint, board.universe.code) == (run.universe, run.code)
    sessions = _evaluations(5)[0].windows.session
    assert (board.first_session, board.last_session) == (sessions[0], sessions[-1])


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_range_is_pooled_by_session(horizon: int) -> None:
    parts = []
    for _, _, payload in _results():
        result = decode_result(payload)
        found = result.horizons[HORIZONS[horizon]].range
        assert found is not None
        errors = pd.DataFrame(
            {"forecast": found.errors, "last": found.errors_as_last_time, "mean": found.errors_of_mean}, dtype=float
        )
        parts.append((errors / errors["last"].mean()).set_axis(result.sessions[-len(errors) :]))
    pooled = pd.concat(parts).groupby(level=0).mean()
    board = _leaderboard(horizon).range
    assert board is not None
    assert board.skill == pytest.approx(1 - pooled["forecast"].mean() / pooled["last"].mean())
    assert board.skill_over_mean == pytest.approx(1 - pooled["forecast"].mean() / pooled["mean"].mean())
    for name, ends in ("last", (board.lower, board.upper)), ("mean", (board.lower_over_mean, board.upper_over_mean)):
        expected = skill_interval(pooled["forecast"].to_numpy(), pooled[name].to_numpy(), len(pooled))
        assert ends == pytest.approx((expected or ())[:2])
    assert board.n_symbols == 4


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_screener_has_the_conclusion_on_each_symbol(horizon: int) -> None:
    rows, direct = _rows(horizon), _conclude(horizon)
    assert rows["symbol"].tolist() == sorted(SYMBOLS)
    assert rows["model"].tolist() == [one.model for one in direct.symbols]
    assert rows["better_twice"].tolist() == [one.is_better_twice for one in direct.symbols]
    expected = [[one.p_value, one.q_value] for one in direct.symbols]
    found = rows[["p_value", "q_value"]].to_numpy()
    np.testing.assert_allclose(found, expected, atol=1.1e-4)
    assert (found >= np.array(expected) - 1e-6).all()  # never 0, and none comes below 0.05 by rounding
    for row, evaluation, symbol in zip(rows.itertuples(), _evaluations(horizon), direct.symbols, strict=True):
        skill = next(model.skill for model in evaluation.models if model.name == symbol.model)
        assert row.verdict == skill.outcome
        assert (row.skill, row.lower, row.upper) == pytest.approx((skill.skill, skill.lower, skill.upper), abs=5.1e-5)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_screener_ranks_among_the_symbols_as_pandas_does(horizon: int) -> None:
    rows = _rows(horizon)
    results = {symbol: decode_result(payload).horizons[HORIZONS[horizon]] for symbol, _, payload in _results()}
    exact = {f"width_{level}": [results[s].widths[n].width for s in rows["symbol"]] for n, level in enumerate(LEVELS)}
    exact["range"] = [one.range.expected for s in rows["symbol"] if (one := results[s]).range]
    for name, values in exact.items():
        expected = np.round(100 * (pd.Series(values).rank() - 0.5) / len(values))
        prefix, _, level = name.partition("_")
        found = rows["_".join([prefix, "percentile", *([level] if level else [])])]
        assert found.tolist() == expected.tolist(), name


def test_the_screener_keeps_the_revisions_and_the_sentence() -> None:
    stored = decode_screener(_outcome().screeners[1])
    revisions = dict(zip(stored.table["symbol"].to_pylist(), stored.table["revision"].to_pylist(), strict=True))
    assert revisions == {symbol: bars_of(symbol).revision for symbol in SYMBOLS}
    assert stored.sentence == _leaderboard(1).sentence
    assert stored.universe == _leaderboard(1).universe


def test_the_spark_runs_from_the_lowest_close_to_the_highest() -> None:
    sparks = _rows(1).set_index("symbol")["spark"].to_dict()
    closes = pd.Series(decode(bars_of("BBB").arrow).numbers["close"][-30:])
    expected = (15 * (closes - closes.min()) / (closes.max() - closes.min())).round()
    assert sparks["BBB"].tolist() == expected.tolist()


def test_a_symbol_apart_from_the_others_has_no_p_value_and_its_own_best_model() -> None:
    bars = simulated.autoregression(420, seed=5, phi=0.8)
    bars["session"] += pd.Timedelta(days=4000)
    late = simulated.to_payload(bars, "LATE")
    result = compute_symbol_result(late, "LATE", REQUEST)
    outcome = build_outcome([*_results(), ("LATE", late.revision, result)], [], build_run())
    row = decode_screener(outcome.screeners[1]).table.filter(pa.compute.field("symbol") == "LATE").to_pylist()[0]
    assert (row["p_value"], row["q_value"], row["better_twice"]) == (None, None, False)
    models = {one.name: one for one in decode_result(result).horizons[0].models if one.name != "persistence"}
    assert row["model"] == max(models, key=lambda name: models[name].lower or -np.inf)
    assert row["verdict"] == models[row["model"]].outcome
    assert row["lower"] > 0
    assert {model.n_failed for model in outcome.leaderboards[0].models} == {1}  # not one of those that are counted


def test_without_sessions_in_common_there_is_a_screener_and_no_leaderboard() -> None:
    request = RunRequest(horizons=[5], windows=20)  # four independent periods
    outcome = build_outcome(iter(compute_results(request)), [], build_run(request))
    assert outcome.leaderboards == []
    stored = decode_screener(outcome.screeners[5])
    assert stored.sentence == TOO_FEW
    assert stored.table["p_value"].null_count == len(SYMBOLS)


def test_a_horizon_without_a_symbol_has_no_answer_and_symbols_without_it_count_as_failed() -> None:
    request = RunRequest(horizons=[1, 5, 20], windows=20)
    short = simulated.to_payload(simulated.random_walk(135, seed=4), "SHORT")
    longer = simulated.to_payload(simulated.random_walk(190, seed=4), "LONG")
    results = [("SHORT", short.revision, compute_symbol_result(short, "SHORT", request))]
    assert set(build_outcome(results, [], build_run(request)).screeners) == {1, 5}
    results.append(("LONG", longer.revision, compute_symbol_result(longer, "LONG", request)))
    universe = decode_screener(build_outcome(results, FAILURES, build_run(request)).screeners[20]).universe
    assert (universe.n_symbols, universe.n_failed) == (1, 2)


def test_results_are_read_once_each() -> None:
    taken = []

    def results() -> Iterator[tuple[str, str, bytes]]:
        for item in _results():
            taken.append(item[0])
            yield item

    build_outcome(results(), [], build_run())
    assert taken == list(SYMBOLS)


def test_a_run_without_results_has_no_answers() -> None:
    outcome = build_outcome([], FAILURES, build_run())
    assert (outcome.leaderboards, outcome.screeners) == ([], {})


def test_damaged_screeners_are_refused() -> None:
    payload = _outcome().screeners[1]
    for damaged in (b"", payload[:-200], payload.replace(b"width_95", b"width_96")):
        with pytest.raises(InvalidScreener):
            decode_screener(damaged)
