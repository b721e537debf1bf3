import { normaliseSymbol } from '@/address/normalise-symbol'

/** For the attribute `pattern` of a field; the gateway looks more closely. */
export const SYMBOL_PATTERN = String.raw`\s*[A-Za-z0-9.\-^=]{1,15}\s*`

const SUFFIXES = /(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|arrow|feather|gz|xz|bz2|zip))+$/i
const AFTER_SYMBOL = /[\s_(]|-\d{4}/
const SYMBOL = /^[A-Z0-9\-^=][A-Z0-9.\-^=]{0,14}$/
// No exchange has tickers of seven letters in a row: what is longer is a word.
const WORD = /[A-Z]{7,}|^(BARS|DAILY|DATA|EXPORT|FILE|PRICES|QUOTES|STOCK|STOCKS|TABLE)$/

/** The symbol that a file is named after, as `aapl_us_d.csv` and `AAPL (1).csv` are; null if it is not. */
export function guessSymbol(fileName: string): string | null {
  const symbol = normaliseSymbol(fileName.replace(SUFFIXES, '').split(AFTER_SYMBOL)[0] ?? '')
  return SYMBOL.test(symbol) && !symbol.endsWith('.') && !WORD.test(symbol) ? symbol : null
}
