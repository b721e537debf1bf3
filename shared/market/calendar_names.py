"""The exchanges whose sessions are known, by name: without exchange_calendars, which imports pandas.

A test compares the names with those of the package.
"""

from typing import Annotated

from pydantic import AfterValidator

NAMES = frozenset(
    """
24/5 24/7 AIXK ARCX ASEX ASX BATS BMF BSE BVB BVMF CBOT CFE CME CMES COMEX FWB HKEX ICE ICEUS IEPA JKT JPX LSE LUXSE
NASDAQ NYFE NYMEX NYSE OOTC OSE SIX SSE TASE TSX XAMS XASE XASX XBDA XBEL XBKK XBOG XBOM XBRA XBRU XBSE XBUD XBUE
XCBF XCSE XCYS XDUB XDUS XEEE XETR XEUR XFRA XHAM XHEL XHKG XICE XIDX XIST XJSE XKAR XKLS XKRX XLIM XLIS XLIT XLJU
XLON XLUX XMAD XMEX XMIL XMOS XNAS XNYS XNZE XOSL XPAR XPHS XPRA XRIS XSAU XSES XSGO XSHG XSTO XSTU XSWX XTAE XTAI
XTAL XTKS XTSE XTSX XWAR XWBO XZAG us_futures
""".split()  # noqa: SIM905  # a literal of 102 quoted names is harder to read
)


def _is_a_calendar(value: str | None) -> str | None:
    if value and value not in NAMES:
        raise ValueError("use the code of an exchange, for example XNYS")
    return value or None


Calendar = Annotated[str | None, AfterValidator(_is_a_calendar)]  # as a setting; empty means None
