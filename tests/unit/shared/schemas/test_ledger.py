from typing import Any

import pytest
from pydantic import ValidationError

from shared.schemas.forecasts import ForecastQuery
from shared.schemas.ledger import KeepRequest, LedgerEntry, build_entries
from tests.support.data.ledgers import make_forecast, make_ledger_entry


def test_a_forecast_has_an_entry_for_each_of_its_sessions() -> None:
    forecast = make_forecast("AAPL", ForecastQuery(horizon=3, level=80, adjusted=True))
    usual = {"level": 80, "adjusted": True, "asked_for": "auto"}
    assert build_entries(forecast) == [make_ledger_entry(sessions_ahead=ahead, **usual) for ahead in (1, 2, 3)]


def test_an_entry_says_whether_auto_chose_its_model() -> None:
    for model in ("auto", "ridge"):
        forecast = make_forecast("AAPL", ForecastQuery(model=model))
        assert {(entry.model, entry.asked_for) for entry in build_entries(forecast)} == {("ridge", model)}


@pytest.mark.parametrize(
    "change", [{"point": 1.0}, {"lower": 0.0}, {"upper": 99.0}, {"revision": "x"}, {"bellwether": "9"}]
)
def test_predictions_are_not_part_of_the_key(change: dict[str, Any]) -> None:
    assert make_ledger_entry(**change).key == make_ledger_entry().key == "AAPL 2024-01-03 1 ridge 90 as-they-are"


def test_an_empty_request_records_the_default_forecast() -> None:
    assert KeepRequest().query() == ForecastQuery()
    asked = {"horizon": 2, "model": "drift", "level": 80, "adjusted": True}
    assert KeepRequest.model_validate(asked).query() == ForecastQuery.model_validate(asked)


@pytest.mark.parametrize("asked", [{"as_of": "2024-01-03"}, {"horizon": 21}, {"level": 100}, {"model": "crystal_ball"}])
def test_a_past_forecast_or_an_invalid_one_cannot_be_recorded(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KeepRequest.model_validate(asked)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_an_entry_has_numbers_only(number: float) -> None:
    with pytest.raises(ValidationError):
        LedgerEntry(**make_ledger_entry().model_dump() | {"upper": number})


@pytest.mark.parametrize("change", [{"revision": "0\u202e1"}, {"bellwether": "1\n2"}])
def test_text_that_deceives_cannot_be_recorded(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_ledger_entry(**change)
