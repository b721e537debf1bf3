import { expect, test } from 'vitest'
import { guessSymbol, SYMBOL_PATTERN } from './guess-symbol'

test.each([
  ['AAPL.csv', 'AAPL'],
  ['aapl.parquet', 'AAPL'],
  ['^gspc_d.csv', '^GSPC'],
  ['aapl_us_d.csv', 'AAPL'],
  ['AAPL (1).csv', 'AAPL'],
  ['AAPL_2013-01-02_2013-03-01_adjusted.csv', 'AAPL'],
  ['AAPL-2013.csv', 'AAPL'],
  ['brk.b.csv.gz', 'BRK.B'],
  ['BRK_B.csv', 'BRK-B'],
  ['brk_b_us_d.csv', 'BRK-B'],
  ['wig20_d.csv', 'WIG20'],
  ['aapl_bars.csv', 'AAPL'],
  ['BTC-USD.json', 'BTC-USD'],
  ['M&M.NS.xlsx', 'M&M.NS'],
  ['AAPL.dat', 'AAPL'],
  ['EURUSD=X.csv', 'EURUSD=X'],
  ['HistoricalData_1700000000000.csv', null],
  ['prices.csv', null],
  ['.csv', null],
  ['köln.csv', null],
  ['a symbol with spaces', 'A'],
  ['<script>.csv', null],
])('the symbol of %s is %s', (name, symbol) => {
  expect(guessSymbol(name)).toBe(symbol)
})

test.each([
  ['AAPL', true],
  [' brk.b ', true],
  ['^GSPC', true],
  ['', false],
  ['BTC/USDT', true],
  ['M&M', true],
  ['A B', false],
  ['SIXTEENLETTERSXX', false],
])('whether %j can be a symbol: %s', (typed, expected) => {
  expect(new RegExp(`^(?:${SYMBOL_PATTERN})$`, 'v').test(typed)).toBe(expected)
})
