"""Real sample bars from the package bokeh_sampledata: AAPL, FB, GOOG, IBM and MSFT, 12,154 in all."""

from collections.abc import Container, Generator

from bokeh_sampledata.stocks import data

from services.data.records import SAMPLE, RawBars
from shared.schemas.arrow import NUMBERS

NAMES = {
    "AAPL": "Apple Inc.",
    "FB": "Facebook, Inc.",
    "GOOG": "Google Inc.",
    "IBM": "International Business Machines Corporation",
    "MSFT": "Microsoft Corporation",
}


class SampleBarSource:
    """A BarSource that is always available.

    Args:
        without: Symbols to leave out.
    """

    name = SAMPLE
    n_rows = len(data)
    skipped = ()

    def __init__(self, without: Container[str] = ()) -> None:
        self._without = without

    def frames(self) -> Generator[RawBars, None, None]:
        """Yield one symbol after another, ascending."""
        wanted = data[[symbol not in self._without for symbol in data["ticker"]]]
        bars = wanted.rename(columns={"date": "session"}).astype(dict.fromkeys(NUMBERS, "float64"))
        bars["session"] = bars["session"].astype("datetime64[s]")
        for symbol, group in bars.groupby("ticker", sort=True):
            rows = group[["session", *NUMBERS]].assign(row=range(1, len(group) + 1)).reset_index(drop=True)
            yield RawBars(str(symbol), rows, NAMES.get(str(symbol)))
