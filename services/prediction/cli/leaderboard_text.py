"""A leaderboard as Markdown. Pure."""

from shared.schemas.leaderboard import Leaderboard, RankedModel


def format_leaderboard(board: Leaderboard) -> str:
    """Format the models on single symbols and on all together, and how much of it luck explains."""
    universe = board.universe
    ahead = "1 session" if universe.horizon == 1 else f"{universe.horizon} sessions"
    symbols = "1 symbol" if universe.n_symbols == 1 else f"{universe.n_symbols} symbols"
    return "\n".join(
        [
            f"{symbols}, {ahead} ahead, the last {universe.windows} sessions of each; "
            f"could not be evaluated: {universe.n_failed}.",
            "",
            f"| model | skill > 0 | better | worse beyond chance | {universe.level} % interval coverage "
            "| interval score (plain band), over the mean move |",
            "| --- | --- | --- | --- | --- | --- |",
            *(_format_shares(model, universe.n_symbols) for model in board.models),
            "",
            board.sentence,
            "",
            f"All symbols together, on the {board.n_sessions} sessions that most of them have in common:",
            "",
            "| model | skill over all symbols | 95 % CI | may be the best | symbols that look better | by luck alone |",
            "| --- | --- | --- | --- | --- | --- |",
            *(_format_pooled(model) for model in board.models),
        ]
    )


def _format_shares(model: RankedModel, n_symbols: int) -> str:
    n_compared = max(1, n_symbols - model.n_failed)
    win_rate = "" if model.win_rate is None else f"{model.win_rate:.0%}"
    return (
        f"| {model.name} | {win_rate} | {model.n_better / n_compared:.1%} | {model.n_worse / n_compared:.1%} "
        f"| {model.coverage:.1%} | {model.interval_score:.2f} ({model.score_of_plain_band:.2f}) |"
    )


def _format_pooled(model: RankedModel) -> str:
    interval = "" if model.lower is None or model.upper is None else f"{model.lower:+.4f} to {model.upper:+.4f}"
    chance = "" if model.by_chance is None else f"{model.by_chance.low} to {model.by_chance.high}"
    may_be_best = f"{'yes' if model.may_be_best else 'no'} (p = {model.p_value:.2f})"
    return f"| {model.name} | {model.skill:+.4f} | {interval} | {may_be_best} | {model.n_better} | {chance} |"
