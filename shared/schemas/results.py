"""Wire models of the same-session task."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from shared.schemas.bars import Symbol
from shared.schemas.wire import Data, Metrics, Warning, Wire

SAME_SESSION: Literal["same_session_close"] = "same_session_close"


class ResultRequest(BaseModel):
    """The body of `POST /api/result`."""

    stock_symbol: Symbol
    adjusted: bool = Field(False, description="Whether prices are scaled by adjusted close / close first.")


class Model(Wire):
    """The fitted model, in price units."""

    name: Literal["linear_regression"]
    feature_names: list[str] = Field(examples=[["Open", "High", "Low"]])
    coefficients: list[float] = Field(description="One per feature: change of the predicted close per unit of price.")
    intercept: float


class Span(Wire):
    """One side of the split, both sessions inclusive."""

    first_session: date
    last_session: date
    bars: int


class Split(Wire):
    """The split by time: all bars before the first test session are for training."""

    train: Span
    test: Span


class Baseline(Metrics):
    """Persistence (no change) on the same test sessions: each close equals the previous close."""

    name: Literal["persistence"] = "persistence"


class Midrange(Metrics):
    """The midrange on the same test sessions: each close equals (High + Low) / 2 of its own session."""

    name: Literal["midrange"] = "midrange"


class FixedFormula(Metrics):
    """A formula without a fit on the same sessions: each close equals 0.8 (High + Low) − 0.6 Open of its session."""

    name: Literal["fixed_formula"] = "fixed_formula"


class ResultInterval(Wire):
    """How the prediction intervals did on the test sessions."""

    level: int = Field(description="Nominal coverage, in percent.")
    coverage: float = Field(
        description="Share of the test sessions whose close lies inside the interval, ends included."
    )
    mean_width: float = Field(description="Mean of upper − lower over the test sessions, in price units.")
    n_calibration: int = Field(
        description="Sessions just before the test that set the first interval; later intervals also use the test "
        "sessions before them."
    )


class Predictions(Wire):
    """Parallel arrays over the test sessions, ascending by session."""

    session: list[date]
    actual: list[float]
    predicted: list[float]
    lower: list[float] | None = Field(description="Lower ends of the prediction intervals; null if there are none.")
    upper: list[float] | None = Field(description="Upper ends; null if there are none.")


_EXAMPLE: JsonDict = {
    "stock_symbol": "AAPL",
    "task": "same_session_close",
    "skill": 0.6374,
    "midrange_skill": 0.2161,
    "fixed_formula_skill": -0.076,
    "mse": 7.8828,
    "metrics": {
        "mae": 2.0745,
        "mse": 7.8828,
        "rmse": 2.8076,
        "mape": 0.0046,
        "r2": 0.9995,
        "directional_accuracy": 0.8717,
    },
    "baseline": {
        "name": "persistence",
        "mae": 5.7206,
        "mse": 70.5367,
        "rmse": 8.3986,
        "mape": 0.0127,
        "r2": 0.9954,
        "directional_accuracy": None,
    },
    "midrange": {
        "name": "midrange",
        "mae": 2.6463,
        "mse": 13.4235,
        "rmse": 3.6638,
        "mape": 0.0059,
        "r2": 0.9991,
        "directional_accuracy": 0.8639,
    },
    "fixed_formula": {
        "name": "fixed_formula",
        "mae": 1.928,
        "mse": 7.3419,
        "rmse": 2.7096,
        "mape": 0.0043,
        "r2": 0.9995,
        "directional_accuracy": 0.8838,
    },
    "interval": {"level": 90, "coverage": 0.8976, "mean_width": 8.0719, "n_calibration": 524},
    "warnings": [
        {
            "code": "look_ahead",
            "detail": "This computes a day's close from the high and low of that same day, which are known only when "
            "the day is over. It says nothing about tomorrow, however good the scores look.",
        }
    ],
    "model": {
        "name": "linear_regression",
        "feature_names": ["Open", "High", "Low"],
        "coefficients": [-0.4738, 0.8787, 0.5927],
        "intercept": -0.1317,
    },
    "data": {
        "revision": "b3ab69759dcae2f0",
        "first_session": "2000-03-01",
        "last_session": "2013-03-01",
        "bars": 3270,
        "adjusted": False,
    },
    "split": {
        "train": {"first_session": "2000-03-01", "last_session": "2010-07-26", "bars": 2616},
        "test": {"first_session": "2010-07-27", "last_session": "2013-03-01", "bars": 654},
    },
    "predictions": {
        "session": ["2010-07-27", "2010-07-28"],
        "actual": [264.08, 260.96],
        "predicted": [263.2456, 262.9350],
        "lower": [261.5774, 260.8072],
        "upper": [264.9138, 265.0629],
    },
}


class Result(Wire):
    """The predictions for the test sessions, their errors, and those of persistence."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    stock_symbol: str
    task: Literal["same_session_close"]
    skill: float | None = Field(
        description="1 − MAE / MAE of persistence on the same sessions; zero or less is no better than no change. "
        "Null if persistence makes no error. Simulated random walks give about 0.6, so it proves nothing."
    )
    midrange_skill: float | None = Field(
        description="1 − MAE / MAE of the midrange, (High + Low) / 2, on the same sessions. It does not know the Open: "
        "simulated random walks give 0.2 to 0.3. Null if the midrange makes no error."
    )
    fixed_formula_skill: float | None = Field(
        description="1 − MAE / MAE of the fixed formula 0.8 (High + Low) − 0.6 Open on the same sessions: the fair "
        "comparison, as it knows what the model knows and learns nothing. Null if the formula makes no error."
    )
    mse: float = Field(description="The same as `metrics.mse`, kept where the first version of the contract had it.")
    metrics: Metrics
    baseline: Baseline
    midrange: Midrange
    fixed_formula: FixedFormula
    interval: ResultInterval | None = Field(description="Null if there are too few bars for honest intervals.")
    warnings: list[Warning]
    model: Model
    data: Data
    split: Split
    predictions: Predictions
