"""The model card: what it measures on few walks, and that the committed page holds every model."""

import pytest

from services.prediction.models.registry import MODELS
from shared.schemas.forecasts import MODEL_NAMES
from tests.support.generated.model_card import CONCLUSION, HEAD, PATH, count_changed, format_card, measure
from tests.support.prediction import simulated


@pytest.fixture(scope="module")
def card() -> list[str]:
    return format_card(measure(n_walks=2, n_cuts=3, symbols=["FB"]), n_walks=2, n_cuts=3).splitlines()


def test_it_has_a_row_of_measurements_and_a_description_of_each_model(card: list[str]) -> None:
    for name in MODEL_NAMES:
        measurements, description = (line for line in card if line.startswith(f"| {name} |"))
        assert " | 0 of 3 | " in measurements
        assert description == f"| {name} | {MODELS[name].description} |"
    (persistence,) = (line for line in card if line.startswith("| persistence | –"))
    assert "| 0.000 · 0.000 |" in persistence


def test_the_committed_page_is_of_this_form_and_finds_nothing_that_may_not_be(card: list[str]) -> None:
    """Its numbers are those of `make model-card`, which takes half a minute."""
    committed = PATH.read_text()
    assert HEAD in committed
    assert committed.endswith(CONCLUSION)
    rows = [line.split(" | ") for line in committed.splitlines() if " of 50 | " in line]
    assert [row[0].removeprefix("| ") for row in rows] == list(MODEL_NAMES)
    assert {row[2] for row in rows} == {"0 of 50"}
    assert max(float(row[1].removesuffix(" %")) for row in rows if row[1] != "–") <= 2.5


def test_a_forecast_that_knows_a_later_bar_is_counted() -> None:
    history = simulated.history(simulated.random_walk(200, seed=1))
    assert count_changed(lambda some, row: some.close[row - 5 : row + 1].tobytes(), history, 10) == 0
    assert count_changed(lambda some, row: some.close[row - 5 : row + 2].tobytes(), history, 10) == 10
    assert count_changed(lambda some, _: some.close.mean().tobytes(), history, 10) == 10
