"""Bars of shuffled sessions, whose next range is unpredictable: a forecast must show no skill on them."""

from dataclasses import replace

import numpy as np

from services.prediction.inputs.history import History


def shuffle_sessions(history: History, seed: int) -> History:
    """Draw the sessions in random order, each with its own moves from the close before; dates and length stay."""
    prices = np.log(np.column_stack([history.open, history.high, history.low, history.close]))
    moves = prices[1:] - prices[:-1, 3:]
    order = np.random.default_rng(seed).permutation(len(moves))
    closes = prices[0, 3] + np.concatenate([[0.0], np.cumsum(moves[order, 3])])
    shuffled = np.exp(np.vstack([prices[:1], closes[:-1, None] + moves[order]]))
    volume = np.concatenate([history.volume[:1], history.volume[1:][order]])
    return replace(
        history, volume=volume, **dict(zip(("open", "high", "low", "close"), shuffled.T.copy(), strict=True))
    )
