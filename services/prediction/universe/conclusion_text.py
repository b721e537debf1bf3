"""The conclusion in plain sentences. Pure."""

from services.prediction.scoring.verdicts import display_name
from services.prediction.universe.conclusion import Conclusion

MAX_NAMED = 10


def summarise(conclusion: Conclusion, n_symbols: int) -> str:
    """Write what the evaluation of `n_symbols` shows and what luck alone gives, in three or four sentences."""
    chance, n_compared = conclusion.by_chance, len(conclusion.symbols)
    look = "looks" if 1 in (conclusion.n_better, n_compared) else "look"
    symbols = "symbol" if n_compared == 1 else "symbols"
    return (
        f"{conclusion.n_better} of {n_compared} {symbols} {look} better than no change; luck alone gives "
        f"{chance.low} to {chance.high}. {_count_discoveries(conclusion.n_discoveries)} {_name(conclusion)}"
        f"{_count_others(n_symbols - n_compared)}"
    )


def _count_others(n_others: int) -> str:
    if n_others == 0:
        return ""
    if n_others == 1:
        return " 1 other symbol cannot be compared: it has too few sessions in common with these, or never moved."
    return f" {n_others} others cannot be compared: they have too few sessions in common with these, or never moved."


def _count_discoveries(n_discoveries: int) -> str:
    count = {0: "None remains", 1: "1 remains"}.get(n_discoveries, f"{n_discoveries} remain")
    return f"{count} after the correction for many tests (Benjamini and Hochberg)."


def _name(conclusion: Conclusion) -> str:
    if not conclusion.has_halves:
        return "The sessions are too few to test both halves of them, so no symbol is named."
    if not (named := conclusion.named):
        return "No symbol was better beyond luck in both halves of the sessions."
    symbols = [f"{item.symbol} ({display_name(item.model, is_first=False)})" for item in named[:MAX_NAMED]]
    more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
    return f"Better beyond luck in both halves of the sessions: {', '.join(symbols)}{more}."
