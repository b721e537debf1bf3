"""The files of `tests/data/files`, and what is right for each."""

import csv
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "data" / "files"
with (FOLDER / "expected.csv").open() as file:
    EXPECTED = {row.pop("file"): row for row in csv.DictReader(file)}
NAMELESS = {  # files whose names are not symbols
    *("comma-three-decimals/FUND.csv", "decimal-comma/english_names_comma.csv", "euronext/ASML_without_preamble.csv"),
    *("excel/wsj_two_digit_year.csv", "metatrader/EURUSD_mt5_utf16.csv", "nse/Quote-Equity-MFSL.csv"),
}
SYMBOLS = {
    "yfinance-multilevel/two_tickers.csv": ["AAPL", "XYZ"],
    "nse/bhav_plain.csv": ["INFY", "IRFC", "M&M", "RELIANCE", "TCS"],
    "symbols/odd.csv": [
        *("NA", "TRUE", "NAN", "NULL", "CON", "000001", "BRK.B", "BRK-B", "^GSPC", "EURUSD=X", "BTC-USD", "0700.HK"),
        *("INF", "1E5"),
    ],
    "symbols/mm.csv": ["RELIANCE.NS", "M&M.NS", "TCS.NS"],
    "symbols/slash.csv": ["BTC-USDT", "ETH-USDT"],
    "kaggle-archive/Stocks.zip": ["AAA.US", "BBB.US", "CCC-D.US"],
    "kaggle-archive/with_readme.zip": ["KAA.US", "KBB.US"],
    "kaggle-archive/with_underscore.zip": ["KCA.US", "CCC-D.US", "KCB.US"],
}
REFUSED: dict[
    str, tuple[str, dict[str, str] | None, tuple[float, ...] | None]
] = {  # file: the sentence, and the option that it names, with which the newest bar is right
    "comma-three-decimals/FUND.csv": ("Choose the decimal mark", {"decimal": ","}, (64.345, 64.667, 64.152, 64.409)),
    "crypto/ETH_ends.csv": (
        "Name their column as either, date=… or close_time=…",
        {"columns": "close_time=End"},
        (1822.412109375, 1845.31396484375, 1789.6641845703125, 1834.1505126953125),
    ),
    "intraday/AMZN_60min.csv": (
        "hourly bars, 15 a day.*--resample daily",
        {"resample": "daily"},
        (3333.9, 3344.83, 3282.47, 3282.6),
    ),
    "metatrader/XAUUSD_headless.csv": ("does not name its columns. Add a first line", None, None),
}
