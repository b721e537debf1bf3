import { expect, test } from 'vitest'
import { findNearest } from './nearest'

const SYMBOLS = ['AAPL', 'AAPX', 'APP', 'APPF', 'APPN', 'BRK.B', 'F', 'FB', 'GOOG', 'IBM', 'MSFT']

test.each([
  ['APPL', ['AAPL', 'APP', 'APPF', 'APPN']],
  ['AALP', ['AAPL', 'APP', 'AAPX']],
  ['MSTF', ['MSFT']],
  ['GOOGL', ['GOOG']],
  ['BRKB', ['BRK.B']],
  ['BF', ['FB', 'F']],
  ['NOPE', []],
  ['GENERAL MOTORS', []],
])('the symbols nearest to %s are %j', (typed, symbols) => {
  expect(findNearest(typed, SYMBOLS)).toEqual(symbols)
})

test('a symbol is not near itself', () => {
  expect(findNearest('IBM', SYMBOLS)).toEqual([])
})
