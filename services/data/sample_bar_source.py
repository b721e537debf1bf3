"""Real sample bars from the package bokeh_sampledata: AAPL, FB, GOOG, IBM and MSFT, 12,154 in all."""

from collections.abc import Iterator

from bokeh_sampledata.stocks import data

from shared.arrow import NUMBERS, BarFrame


class SampleBarSource:
    """A BarSource that is always there."""

    def frames(self) -> Iterator[BarFrame]:
        """Yield one symbol after another, ascending."""
        bars = data.rename(columns={"date": "session"}).astype(dict.fromkeys(NUMBERS, "float64"))
        for symbol, group in bars.groupby("ticker", sort=True):
            yield BarFrame(symbol=str(symbol), bars=group[["session", *NUMBERS]].reset_index(drop=True))
