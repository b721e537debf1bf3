import { expect, test } from 'vitest'
import { matchSymbols } from './match-symbols'

const SYMBOLS = ['AAPL', 'AMZN', 'BRK.B', 'GOOG', 'MA', 'META', 'MMM', 'MSFT', 'UAA']

test.each([
  ['', []],
  ['  ', []],
  ['aa', ['AAPL', 'UAA']],
  ['M', ['MA', 'META', 'MMM', 'MSFT']],
  ['ma', ['MA']],
  [' brk.', ['BRK.B']],
  ['xyz', []],
])('%o matches %o', (typed, expected) => {
  expect(matchSymbols(SYMBOLS, typed)).toEqual(expected)
})
