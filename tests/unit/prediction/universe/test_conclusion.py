"""The conclusion names no walk, finds what was planted, and says it in plain sentences."""

from dataclasses import replace

import numpy as np
import pytest

from services.prediction.scoring.verdicts import estimate_skill
from services.prediction.types import Array
from services.prediction.universe.chance import ChanceRange
from services.prediction.universe.conclusion import Conclusion, SymbolConclusion, conclude
from services.prediction.universe.conclusion_text import summarise
from services.prediction.universe.panel import SymbolErrors
from shared.statistics.skill import skill_interval
from tests.support.prediction.universes import BEFORE, MODELS, score_forecasts, sessions, simulate_returns

N_SESSIONS = 160


def _conclude(errors: list[SymbolErrors], horizon: int = 1) -> Conclusion:
    conclusion = conclude(errors, horizon)
    assert conclusion is not None
    return conclusion


def _plant(returns: Array, symbol: int, until: int | None = None) -> Array:
    """Make each return of one symbol follow twenty times what the reversal of a session forecasts."""
    planted = returns.copy()
    for session in range(BEFORE, (returns.shape[1] if until is None else BEFORE + until)):
        planted[symbol, session] = 0.2 * returns[symbol, session] - 0.95 * planted[symbol, session - 1]
    return planted


@pytest.mark.parametrize("factor", [0.0, 0.7])
def test_hardly_ever_is_a_walk_named(factor: float) -> None:
    named = [_conclude(score_forecasts(simulate_returns(60, N_SESSIONS, factor, seed))).named for seed in range(10)]
    assert sum(bool(symbols) for symbols in named) <= 1, named


def test_what_was_planted_is_named_with_its_model() -> None:
    returns = _plant(simulate_returns(60, N_SESSIONS, 0.3, 7), symbol=11)
    conclusion = _conclude(score_forecasts(returns))
    assert [(item.symbol, item.model) for item in conclusion.named] == [("S0011", "ridge")]
    assert conclusion.n_better >= 1
    assert conclusion.p_value <= 0.05
    sentence = summarise(conclusion, 60)
    look = "looks" if conclusion.n_better == 1 else "look"
    assert sentence.startswith(f"{conclusion.n_better} of 60 symbols {look} better than no change; luck alone gives ")
    assert " 1 remains after the correction for many tests (Benjamini and Hochberg). " in sentence
    assert sentence.endswith("Better beyond luck in both halves of the sessions: S0011 (ridge).")


def test_the_same_returns_in_random_order_show_nothing_beyond_luck() -> None:
    returns = _plant(simulate_returns(60, N_SESSIONS, 0.3, 7), symbol=11)
    shuffled = np.random.default_rng(2).permutation(returns, axis=1)
    conclusion = _conclude(score_forecasts(shuffled))
    assert conclusion.named == ()
    assert conclusion.p_value > 0.05
    assert conclusion.n_better <= conclusion.by_chance.high


def test_what_was_good_in_one_half_only_is_not_named() -> None:
    returns = _plant(simulate_returns(60, N_SESSIONS, 0.3, 7), symbol=11, until=N_SESSIONS // 2)
    conclusion = _conclude(score_forecasts(returns))
    symbol = conclusion.symbols[11]
    assert (symbol.symbol, symbol.is_better_twice) == ("S0011", False)
    assert conclusion.named == ()
    sentence = summarise(conclusion, 60)
    assert " None remains after the correction for many tests" in sentence
    assert sentence.endswith("No symbol was better beyond luck in both halves of the sessions.")


def test_the_sentence_on_a_single_symbol_is_in_the_singular() -> None:
    conclusion = _conclude(score_forecasts(simulate_returns(1, N_SESSIONS, 0.3, 7)))
    assert summarise(conclusion, 1).startswith("0 of 1 symbol looks better than no change; luck alone gives 0 to ")


def test_one_symbol_looks_better() -> None:
    conclusion = _conclude(score_forecasts(_plant(simulate_returns(60, N_SESSIONS, 0.3, 7), symbol=11)))
    only = replace(
        conclusion, symbols=tuple(replace(item, is_better=item.symbol == "S0011") for item in conclusion.symbols)
    )
    assert summarise(only, 60).startswith("1 of 60 symbols looks better than no change; luck alone gives ")


def test_symbols_that_were_not_compared_are_counted_apart() -> None:
    conclusion = _conclude(score_forecasts(simulate_returns(60, N_SESSIONS, 0.3, 7)))
    one, two = summarise(conclusion, 61), summarise(conclusion, 62)
    assert " of 60 symbols look better than no change; " in one
    why = "too few sessions in common with these, or never moved."
    assert one.endswith(f" 1 other symbol cannot be compared: it has {why}")
    assert two.endswith(f" 2 others cannot be compared: they have {why}")


def test_a_low_q_value_names_nothing_while_the_panel_shows_no_more_than_luck() -> None:
    conclusion = _conclude(score_forecasts(_plant(simulate_returns(60, N_SESSIONS, 0.3, 7), symbol=11)))
    assert conclusion.named
    assert replace(conclusion, p_value=0.2).named == ()


def test_a_model_that_is_worse_everywhere_is_not_in_the_confidence_set() -> None:
    conclusion = _conclude(score_forecasts(simulate_returns(60, N_SESSIONS, 0.3, 3)))
    models = {model.name: model for model in conclusion.models}
    assert list(models) == ["persistence", *MODELS]
    assert models["persistence"].may_be_best
    assert not models["moving_average"].may_be_best
    lower, upper = models["moving_average"].lower, models["moving_average"].upper
    assert lower is not None
    assert upper is not None
    assert lower < models["moving_average"].skill < upper < 0
    assert (models["moving_average"].n_better, models["moving_average"].by_chance) == (0, ChanceRange(0, 2))


def test_too_few_sessions_in_common_allow_no_conclusion() -> None:
    errors = score_forecasts(simulate_returns(5, 120, 0.3, 3))
    assert conclude(errors, 12) is not None
    assert conclude(errors, 13) is None
    assert conclude([], 1) is None


def test_the_sessions_of_two_halves_must_be_enough_for_the_horizon() -> None:
    conclusion = _conclude(score_forecasts(_plant(simulate_returns(30, N_SESSIONS, 0.3, 7), symbol=11)), horizon=10)
    assert not any(symbol.is_better_twice for symbol in conclusion.symbols)
    assert summarise(conclusion, len(conclusion.symbols)).endswith(
        "The sessions are too few to test both halves of them, so no symbol is named."
    )


def test_the_model_of_a_symbol_that_looks_better_is_one_that_does() -> None:
    """On symbol 34 one model has the higher statistic of Diebold and Mariano, and another the better skill."""
    errors = score_forecasts(simulate_returns(60, N_SESSIONS, 0.3, 13), 5)
    conclusion = _conclude(errors, 5)
    for item, symbol in zip(errors, conclusion.symbols, strict=True):
        errors_of_model, moves = np.array(item.errors[symbol.model]), np.array(item.errors["persistence"])
        outcome = estimate_skill(symbol.model, errors_of_model, moves, 5).outcome
        assert symbol.is_better == (outcome == "better"), symbol
    assert conclusion.symbols[34].is_better


def _symbol(symbol: str, p_value: float, q_value: float, *, is_better_twice: bool) -> SymbolConclusion:
    return SymbolConclusion(symbol, "drift", p_value, q_value, is_better=True, is_better_twice=is_better_twice)


def test_a_symbol_is_named_only_if_all_three_tests_agree() -> None:
    symbols = (
        _symbol("LESS", 0.002, 0.05, is_better_twice=True),
        _symbol("ONCE", 0.001, 0.01, is_better_twice=False),
        _symbol("MANY", 0.04, 0.06, is_better_twice=True),
        _symbol("MOST", 0.001, 0.01, is_better_twice=True),
    )
    conclusion = Conclusion(
        250, sessions(1)[0], sessions(250)[-1], 0.05, ChanceRange(0, 1), (), symbols, has_halves=True
    )
    assert [each.symbol for each in conclusion.named] == ["MOST", "LESS"]
    assert replace(conclusion, p_value=0.051).named == ()


def test_the_numbers_of_wins_and_losses_are_those_of_the_errors() -> None:
    errors = score_forecasts(_plant(simulate_returns(20, N_SESSIONS, 0.3, 7), symbol=11))
    conclusion = _conclude(errors)
    assert (conclusion.first_session, conclusion.last_session) == (errors[0].sessions[0], errors[0].sessions[-1])
    assert conclusion.n_discoveries == sum(symbol.q_value <= 0.05 for symbol in conclusion.symbols) >= 1
    persistence, *models = conclusion.models
    assert (persistence.win_rate, persistence.n_worse) == (None, 0)
    for model in models:
        moves, own = (np.array([item.errors[name] for item in errors]) for name in ("persistence", model.name))
        assert model.win_rate == np.mean(own.mean(axis=1) < moves.mean(axis=1))
        intervals = [skill_interval(*pair, N_SESSIONS) for pair in zip(own, moves, strict=True)]
        assert model.n_worse == sum(interval is not None and interval.upper < 0 for interval in intervals)
