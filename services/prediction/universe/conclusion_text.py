"""The conclusion in plain sentences and as a table. Pure."""

from collections.abc import Sequence

from services.prediction.scoring.verdicts import display_name
from services.prediction.universe.conclusion import Conclusion, ModelConclusion, SymbolConclusion

MAX_NAMED = 10


def summarise(conclusion: Conclusion) -> str:
    """Write what the evaluation shows beside what luck alone gives, in two sentences."""
    chance = conclusion.by_chance
    return (
        f"{conclusion.n_better} of {len(conclusion.symbols)} symbols look better than no change; luck alone gives "
        f"{chance.low} to {chance.high}. {_name(conclusion.named)}"
    )


def format_models(conclusion: Conclusion) -> str:
    """Format the models over all symbols as a Markdown table."""
    return "\n".join(
        [
            "| model | skill over all symbols | 95 % CI | may be the best | symbols that look better | by luck alone |",
            "| --- | --- | --- | --- | --- | --- |",
            *(_format_model(model) for model in conclusion.models),
        ]
    )


def _format_model(model: ModelConclusion) -> str:
    interval = "" if model.lower is None else f"{model.lower:+.4f} to {model.upper:+.4f}"
    n_better = "" if model.by_chance is None else str(model.n_better)
    by_chance = "" if model.by_chance is None else f"{model.by_chance.low} to {model.by_chance.high}"
    best = "yes" if model.may_be_best else "no"
    return f"| {model.name} | {model.skill:+.4f} | {interval} | {best} | {n_better} | {by_chance} |"


def _name(named: Sequence[SymbolConclusion]) -> str:
    if not named:
        return "No symbol is better beyond luck in both halves of the sessions."
    symbols = [f"{item.symbol} ({display_name(item.model, is_first=False)})" for item in named[:MAX_NAMED]]
    more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
    return f"Better beyond luck in both halves of the sessions: {', '.join(symbols)}{more}."
