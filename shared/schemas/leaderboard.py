"""Wire models of the leaderboard: models compared over all symbols of a run, and what luck alone would give."""

from datetime import date

from pydantic import Field

from shared.schemas.forecasts import ModelName
from shared.schemas.runs import Universe
from shared.schemas.wire import Wire


class ByChance(Wire):
    """How many symbols would look better by luck alone, in 95 of 100 cases."""

    low: int
    high: int


class RankedModel(Wire):
    """One model over all symbols; shares are of the evaluated symbols."""

    name: ModelName
    skill: float = Field(description="1 − the mean error / that of no change, each session's errors pooled first.")
    lower: float | None = Field(description="Lower end of its 95 % confidence interval; null for persistence.")
    upper: float | None
    win_rate: float | None = Field(description="Share of symbols with a skill above zero; null for persistence.")
    may_be_best: bool = Field(description="Whether it is in the 95 % model confidence set.")
    p_value: float = Field(description="The p-value of the model confidence set.")
    n_better: int = Field(description="Symbols on which it looks better than no change.")
    n_worse: int = Field(description="Symbols on which it is worse beyond chance.")
    by_chance: ByChance | None = Field(description="How many would look better by luck; null for persistence.")
    coverage: float = Field(description="Mean share of closes inside the interval.")
    interval_score: float = Field(description="Mean interval score, in mean moves of each symbol; lower is better.")
    score_of_plain_band: float = Field(description="The same for the plain normal band.")
    seconds: float = Field(description="Mean time of one symbol's walk-forward.")
    n_failed: int = Field(description="Symbols on which it could not be compared with no change.")


class NamedSymbol(Wire):
    """A symbol that was better beyond luck: by its q-value, in both periods, and over the whole universe."""

    symbol: str
    model: ModelName
    p_value: float
    q_value: float


class RankedRange(Wire):
    """The expected range over all symbols, against as_last_time: the range of the last session, or of the last five."""

    skill: float
    lower: float | None
    upper: float | None
    skill_over_mean: float = Field(description="Against the mean of such ranges over the last 250 sessions.")
    lower_over_mean: float | None = Field(None, description="Lower end of the 95 % confidence interval of that.")
    upper_over_mean: float | None = None
    coverage: float
    n_symbols: int


class Leaderboard(Wire):
    """The models, best first, and a sentence on how much of that luck explains."""

    universe: Universe
    sentence: str = Field(examples=["12 of 505 symbols look better than no change; luck alone gives 1 to 60."])
    n_compared: int = Field(
        description="Symbols with enough of the common sessions; all counts of symbols are of these."
    )
    n_sessions: int = Field(description="Sessions that most symbols have in common.")
    first_session: date
    last_session: date
    p_value: float = Field(description="Chance that luck makes the best of all models and symbols look so good.")
    n_better: int = Field(description="Symbols on which some model looks better.")
    n_discoveries: int = Field(description="Symbols with a q-value of at most 0.05 (Benjamini and Hochberg).")
    by_chance: ByChance
    named: list[NamedSymbol] = Field(description="Most certain first; usually empty.")
    models: list[RankedModel] = Field(description="By skill, best first, persistence included.")
    range: RankedRange | None = Field(
        description="Null if the horizon is neither 1 nor 5, or no symbols with ranges have sessions in common."
    )
