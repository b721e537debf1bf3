"""The 80/20 split by time: the first 80 % of the bars train, the rest test, never shuffled."""

TRAIN_SHARE = 0.8


def split_position(n_bars: int) -> int:
    """Return the position `i` of the split: bars `[:i]` train, the later bars `[i:]` test.

    Example:
        >>> split_position(196)
        156
    """
    return int(TRAIN_SHARE * n_bars)


def bars_needed(min_train: int, min_test: int) -> int:
    """Return the least number of bars whose split leaves at least so many on each side.

    Example:
        >>> bars_needed(5, 2)
        7
    """
    n_bars = min_train + min_test
    while split_position(n_bars) < min_train or n_bars - split_position(n_bars) < min_test:
        n_bars += 1
    return n_bars
