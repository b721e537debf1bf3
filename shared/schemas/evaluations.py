"""Wire models of walk-forward evaluations: all models and persistence on the same sessions."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.forecasts import ModelInfo, ModelName, SkillEstimate
from shared.schemas.wire import Data, Metrics, Provenance, Warning, Wire


class ForecastMetrics(Metrics):
    """Errors over the test sessions."""

    mase: float | None = Field(
        description="MAE as a multiple of the mean absolute change from session to session before the first test "
        "session (Hyndman and Koehler 2006). Null if no close changed."
    )


class DieboldMariano(Wire):
    """Test whether the model and persistence have equal absolute errors (Diebold and Mariano 1995).

    The variance is the equal-weighted cosine estimator of Lazarus, Lewis, Stock and Watson (2018).
    """

    statistic: float = Field(description="Positive if the model's errors are smaller.")
    p_value: float = Field(description="Two-sided, by Student's t with 8 degrees of freedom.")


class IntervalRecord(Wire):
    """How the prediction intervals did on the test sessions."""

    level: int = Field(description="Nominal coverage, in percent.")
    coverage: float = Field(description="Share of the test sessions whose close lay inside the interval.")
    coverage_standard_error: float = Field(description="How far the coverage may be off by chance, as a share.")
    mean_width: float = Field(description="In price units.")
    score: float = Field(
        description="Mean interval score (Winkler 1972), in price units; lower is better: the width, plus "
        "2 / (1 − level) times the distance of a close outside."
    )
    score_of_plain_band: float = Field(
        description="The same for the plain normal band: no change, give or take the normal quantile times the "
        "standard deviation of the last 250 returns."
    )


class ModelEvaluation(Wire):
    """The scores of one model."""

    name: ModelName
    verdict: str
    skill: SkillEstimate
    diebold_mariano: DieboldMariano | None = Field(
        description="Null for persistence itself, and if the errors do not differ."
    )
    metrics: ForecastMetrics
    interval: IntervalRecord
    model: ModelInfo


class WindowSeries(Wire):
    """One model's predictions, parallel to `Windows.session`."""

    name: ModelName
    predicted: list[float]
    lower: list[float]
    upper: list[float]
    absolute_error: list[float] = Field(description="In price units.")
    skill_so_far: list[float | None] = Field(description="Skill over all windows up to this one.")


class Windows(Wire):
    """The windows, ascending by time: each is trained up to its cutoff and tested on one session."""

    kind: Literal["expanding", "sliding"]
    n_windows: int
    gap: int = Field(description="Sessions between the last training row and the tested row: the horizon.")
    n_train_first: int = Field(description="Training rows of the first window.")
    n_train_last: int = Field(description="Training rows of the last window.")
    n_calibration: int = Field(description="Earlier windows, not scored, whose errors set the first interval.")
    cutoff: list[date] = Field(description="The last session that each window uses.")
    session: list[date] = Field(description="The session that each window predicts.")
    last_close: list[float] = Field(description="The close at the cutoff, which persistence predicts.")
    actual: list[float]
    series: list[WindowSeries]


class Evaluation(Wire):
    """Walk-forward scores of each model and of persistence on the same sessions."""

    stock_symbol: str
    task: Literal["forecast"] = "forecast"
    as_of: date
    horizon: int
    verdict: str = Field(description="On the best of the models, in one sentence.")
    best: ModelName = Field(description="What `auto` selects: persistence unless a model was better beyond chance.")
    warnings: list[Warning]
    models: list[ModelEvaluation] = Field(description="In the order of `/api/models`.")
    windows: Windows
    data: Data
    provenance: Provenance
