import { normaliseSymbol } from '@/address/normalise-symbol'
import { EXTENSIONS } from './check-file'

/** For the `pattern` attribute of an input; the gateway validates more strictly. */
export const SYMBOL_PATTERN = String.raw`\s*[A-Za-z0-9.\-^=&\/_]{1,15}\s*`

const SUFFIXES = new RegExp(String.raw`(\.(${EXTENSIONS.join('|')}))+$`, 'i')
const AFTER_SYMBOL = /[\s_(]|-\d{4}/
const SYMBOL = /^[A-Z0-9\-^=&][A-Z0-9.\-^=&]{0,14}$/
// No exchange has tickers with seven letters in a row, so a longer run is a word.
const WORD = /[A-Z]{7,}|^(BARS|DAILY|DATA|EXPORT|FILE|PRICES|QUOTES|STOCK|STOCKS|TABLE)$/

const SHARE_CLASS = /^([a-z]{1,5})_([abc])(?=[\s_(.]|$)/i // but not `aapl_d`, which is daily

/** Guesses the symbol from a file name such as `aapl_us_d.csv` or `AAPL (1).csv`; null if it names none. */
export function guessSymbol(fileName: string): string | null {
  const symbol = normaliseSymbol(fileName.replace(SUFFIXES, '').replace(SHARE_CLASS, '$1-$2').split(AFTER_SYMBOL)[0] ?? '')
  return SYMBOL.test(symbol) && !symbol.endsWith('.') && !WORD.test(symbol) ? symbol : null
}
