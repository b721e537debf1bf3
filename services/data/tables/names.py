"""The column names that are recognised, by field: the one list of them. Pure.

Of two columns for one field, the one whose name stands first here is read; the report names the other.
"""

import re
import unicodedata
from typing import Literal

Field = Literal[
    "session",
    "end",
    "time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "adj_close",
    "symbol",
    "name",
    "company",
    "series",
]
PRICES: tuple[Field, ...] = ("open", "high", "low", "close")
PER_SYMBOL: tuple[Field, ...] = (*PRICES, "volume", "adj_close")

# Lower case; what is not a letter or digit is "_". English, then other languages and tools.
ALIASES: dict[Field, tuple[str, ...]] = {
    "session": (
        *("date", "trade_date", "trading_date", "begins_at"),  # beside it, "session" is that of Robinhood
        *("session", "session_date", "business_date", "quote_date", "price_date"),
        *("tradedate", "datadate", "exchange_date", "pricing_date", "dates", "as_of_date", "day"),
        *("trading_day", "trade_day"),
        *("datetime", "date_time"),
        *("timestamp", "traddt", "trddt", "date1", "dt", "ds", "formatted_date", "gmt_time", "local_time"),
        *("snapped_at", "dtyyyymmdd", "data_pregao", "ts", "mts", "rptdt", "dlycaldt", "ch_timestamp"),
        *("date_utc", "datetime_utc", "timestamp_utc", "time_utc", "time_gmt", "time_eet"),
        *("from_date", "time_bucket", "bucket", "fecha_cotizacion", "tanggal_perdagangan_terakhir"),
        *("datum", "fecha", "data", "date_de_cotation", "dato", "paivamaara", "datums", "kuupaev", "tarih", "дата"),
        *("ημερομηνια", "ngay", "tanggal", "תאריך", "التاريخ", "วันที่"),
        *("日期", "交易日期", "交易时间", "时间", "日付", "日付け", "年月日", "날짜", "일자"),
        "time",  # beside a date, that of the day
        *("open_time", "opentime", "unix", "unix_timestamp", "epoch", "t"),
        *("time_open", "start", "start_time", "begin", "window_start", "period_start", "time_period_start"),
    ),
    "end": (*("close_time", "time_close", "end", "end_time", "window_end", "period_end", "time_period_end"),),
    "time": ("time", "uhrzeit", "zeit", "hora", "heure", "czas"),
    "open": (
        "first",  # in Tehran, "open" is the close of yesterday
        *("open", "open_price", "opening_price", "price_open", "opening", "opnpric", "px_open", "open_prc", "openprc"),
        *("opnprc", "prcod", "frstpric", "dlyopen", "ch_opening_price", "o", "op"),
        *("erster", "offen", "anfangskurs", "eroffnung", "eroffn", "eroffnungskurs", "eroffnungspreis", "ouv", "oppen"),
        *("apertura", "aperto", "abertura", "abrir"),
        *("ouverture", "otwarcie", "openen", "oppning", "abning", "apning", "avaus", "oteviraci"),
        *("otevrit", "aben", "prva", "nyito", "nyito_ar", "deschidere"),
        *("kurs_otwarcia", "preco_abertura", "acilis", "откр", "открытие", "ανοιγμα", "mo", "mo_cua"),
        *("gia_mo_cua", "відкр", "שער_פתיחה", "openp"),
        *("pembukaan", "פתיחה", "الافتتاح", "เปิด", "ราคาเปิด"),
        *("开盘", "开盘价", "今开", "開盤", "開盤價", "開市", "始値", "시가", "오픈"),
    ),
    "high": (
        *("high", "high_price", "price_high", "day_high", "hghpric", "px_high", "high_1", "askhi", "prchd", "hiprc"),
        *("maxpric", "dlyhigh", "ch_trade_high_price", "maximum", "maximum_ar", "hogsta", "hoj", "najvisa"),
        *("h", "hoch", "maxima", "hogst", "高", "tageshoch", "hochst", "hochstkurs", "maximo", "massimo", "max"),
        *("alto", "haut", "plus_haut", "eleve", "najwyzszy", "kurs_max", "preco_maximo", "hoog", "hojeste", "hoyest"),
        *("korkein", "ylin", "nejvyssi", "maxim", "yuksek", "макс", "максимум", "υψηλο", "cao", "cao_nhat"),
        *("gia_cao_nhat", "שער_גבוה", "highest_price", "highest", "max_price", "highp", "hi"),
        *("tertinggi", "גבוה", "الاعلى", "สูงสุด", "ราคาสูงสุด", "最高", "最高价", "最高價", "高値", "고가"),
    ),
    "low": (
        *("low", "low_price", "price_low", "day_low", "lwpric", "px_low", "low_1", "bidlo", "prcld", "loprc", "l"),
        *("minpric", "dlylow", "ch_trade_low_price", "minimum", "minimum_ar", "lagsta", "najniza"),
        *("tief", "minima", "lagst", "低", "tagestief", "tiefst", "tiefstkurs", "minimo", "min", "bas"),
        *("basso", "baixo"),
        *("plus_bas", "najnizszy", "kurs_min", "preco_minimo", "laag", "laveste", "lav", "alin", "nejnizsi", "minim"),
        *("dusuk", "мин", "минимум", "χαμηλο", "thap", "thap_nhat", "terendah", "נמוך", "الادنى"),
        *("gia_thap_nhat", "мін", "שער_נמוך", "lowest_price", "lowest", "min_price", "lowp", "lo"),
        *("ต่ำสุด", "ราคาต่ำสุด", "最低", "最低价", "最低價", "安値", "저가"),
    ),
    "close": (
        *("close", "close_price", "closing_price", "price_close", "closing", "clspric", "close_last", "closeunadj"),
        *("prccd", "clsprc", "dlyclose", "ch_closing_price", "close_close_price_adjusted_for_splits", "c", "cl"),
        *("schlusskurs", "schluss", "cierre", "cerrar", "chiusura", "fechamento", "cloture", "clot", "zamkniecie"),
        *("kurs_zamkniecia", "slotkoers", "slot"),
        *("zaver", "zaro_ar"),
        *("stangning", "slutkurs", "lukking", "paatos", "zaviraci", "zaro", "inchidere", "kapanis", "закр", "закрытие"),
        *("gia_dong_cua", "שער_נעילה", "closep"),
        *("κλεισιμο", "dong_cua", "penutupan", "סגירה", "الاغلاق", "ปิด", "ราคาปิด"),
        *("收盘", "收盘价", "收盤", "收盤價", "收市", "收市價", "終値", "종가"),
        *("last", "last_price", "lastpric", "latest", "ltp", "px_last", "preco_ultimo_negocio", "trdprc_1"),
        *("prc", "price", "settle", "settlement", "settle_price", "settlement_price", "sett_price"),
        *("zuletzt", "ultimo", "dernier", "laatste", "ostatnio", "senaste", "seneste", "siste", "viimeisin", "simdi"),
        *("letzter", "letzter_preis", "posledni", "utolso", "utolso_ar", "ultimul", "zadnja"),
        *("ultimo_valore", "ціна", "trade_price", "last_close"),
        *("цена", "τελευταια", "lan_cuoi", "terakhir", "שער", "ล่าสุด", "ราคาล่าสุด", "现价", "現値", "현재가"),
    ),
    "volume": (
        # Beside a count of shares, "volume" may be money, as in Brazil, or the number of trades, as in Colombo.
        *("share_volume", "shares_traded", "volume_shares", "traded_quantity", "total_traded_quantity", "quantity"),
        *("quantidade", "quantidade_negociada", "cantidad_negociada", "turnover_shares"),
        *("volume", "vol", "total_volume", "trade_volume", "trading_volume", "volume_traded", "traded_volume"),
        *("number_of_shares", "no_of_shares"),
        *("tottrdqty", "ttltradgvol", "ttl_trd_qnty", "px_volume", "acvol_uns"),
        *("cshtrd", "dnshrtrd", "volumefrom", "v", "stuecke", "stucke", "stuck", "umsatz_in_stk", "umsatz_stuck"),
        *("umsatz_stucke", "turnover_units", "no_of_shrs", "fininstrmqty", "dlyvol"),
        *("ch_tot_traded_qty", "total_volume_traded", "turnover_pieces", "volumen_nominal", "period_volume"),
        *("acc_trade_volume", "candle_acc_trade_volume", "vo"),
        *("обсяг", "forgalom_db", "objem", "kolicina", "الحجم", "总手"),
        *("umsatz_stuecke", "wolumen", "wol", "volumen", "volumes", "volym", "hacim", "hac", "объем", "ογκοσ", "kl"),
        *("khoi_luong", "נפח", "ปริมาณ", "ปริมาณหุ้น", "成交量", "成交量_股", "成交股数", "成交股數"),
        *("売買高", "売買高_株", "交易量", "出来高", "거래량", "tickvol", "tick_volume"),
    ),
    "adj_close": (
        *("adj_close", "adjclose", "adjusted_close", "adjusted_closing_price", "adj_closing_price", "close_adj"),
        *("close_adjusted", "closeadj", "adjusted", "adj_close_price", "adjusted_price", "adjustment_close"),
        *("adj_schlusskurs", "bereinigter_schlusskurs", "cloture_ajustee", "cierre_ajustado", "cierre_ajus"),
        *("chiusura_aggiustata", "chiusura_rettificata", "fechamento_ajustado", "調整後終値", "수정종가"),
        *("經調整收市價", "終値調整値", "adj_c"),
        "adj_close_adjusted_close_price_adjusted_for_splits_and_dividend_and_or_capital_gain_distributions",
    ),
    "symbol": (
        *("symbol", "ticker", "ticker_symbol", "stock_symbol", "act_symbol", "ts_code", "tckrsymb", "secid"),
        *("tic", "cod_negociacao", "stkcd", "order_book_id", "product_id", "pair", "currency_pair", "coin"),
        *("instrument", "ric", "stock_code", "scrip", "股票代码", "证券代码", "證券代號", "代码", "code"),
        *("sc_code", "company_symbol", "kode_saham", "ch_symbol", "trading_code", "securities_code", "symbol_code"),
        *("sym", "symbols", "tickers", "종목코드", "ativo", "codigo"),
    ),
    "name": ("name", "stock"),
    "company": (
        *("company", "company_name", "security", "security_name", "stockname", "issuer", "sc_name"),
        *("名称", "股票名称"),
    ),
    "series": ("series", "sctysrs", "ch_series"),
}
# Of the names of a date, without "_", those of the moment when a bar begins.
STARTS = {name.replace("_", "") for name in ALIASES["session"][-7:]} | {"opentime"}
# A number or a day in front, as in "4. close" and "24h Open"; a currency at the end, as in "Open (USD)".
_NUMBER = re.compile(r"^(\d{1,2}|24h)_(?=[^\W\d])")
_CURRENCIES = (
    "usd|usdt|usdc|eur|gbp|gbx|pence|chf|jpy|cny|rmb|hkd|twd|krw|inr|rs|aud|nzd|cad|sgd|sek|nok|dkk|pln|czk|huf|ron|try|tl|"
    "rub|ils|zar|brl|mxn|idr|thb|php|myr|vnd|sar|aed|cents|元|港元|美元|円|원"
)
_CURRENCY = re.compile(rf"(_in)?_({_CURRENCIES})$")
_LETTERS = str.maketrans("łıøđ", "liod")  # letters that Unicode does not decompose
_UNNAMED = re.compile(r"|index|unnamed_\d+|(unnamed_\d+_)?level_\d+|index_level_\d+")


def _fold(name: str) -> str:
    """Return the name in lower case without accents, its words separated by "_"."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter)).translate(_LETTERS)
    return re.sub(r"[\W_]+", "_", unicodedata.normalize("NFC", letters)).strip("_")


# By names without "_", as in "openPrice"; of two that become equal, the first counts.
RANKS: dict[Field, dict[str, int]] = {
    field: {_fold(aliases[at]).replace("_", ""): at for at in reversed(range(len(aliases)))}
    for field, aliases in ALIASES.items()
}
# A close under one of these names is an assumption that the report states.
LAST_PRICES = {*map(_fold, ALIASES["close"][ALIASES["close"].index("last") :])}


def normalise(name: str) -> str:
    """Return the name without accents and a currency, which a volume keeps: that is money, and is not read.

    >>> normalise(" Adj. Close**"), normalise("<OPEN>"), normalise("4. close"), normalise("Höchstkurs")
    ('adj_close', 'open', 'close', 'hochstkurs')
    """
    plain = _NUMBER.sub("", _fold(name[:100]))
    bare = _CURRENCY.sub("", plain)
    return _choose_half(plain if rank("volume", bare) is not None else bare)


def _choose_half(name: str) -> str:
    """Return the Latin half of a name in two languages that mean the same field, as in "开盘open" of CSI."""
    if name.isascii():
        return name
    latin, other = re.sub(r"[^\x00-\x7f]+", "", name).strip("_"), re.sub(r"[\x00-\x7f]+", "", name)
    return latin if any(rank(field, latin) is not None and rank(field, other) is not None for field in RANKS) else name


def rank(field: Field, name: str) -> int | None:
    """Return the position of a normalised name among those of the field; None if it is not one."""
    return RANKS[field].get(name.replace("_", ""))


def is_unnamed(name: str) -> bool:
    """Return whether a normalised name is that of an index without a name."""
    return _UNNAMED.fullmatch(name) is not None
