import { expect, test } from 'vitest'
import { resolveSymbol } from './resolve-symbol'

const APPLE = { symbol: 'AAPL', name: 'Apple Inc.' }
const APPLEBEES = { symbol: 'APPB', name: "Applebee's International" }
const FACEBOOK = { symbol: 'FB', name: 'Facebook, Inc.' }
const GENERAL_ELECTRIC = { symbol: 'GE', name: 'General Electric Co.' }
const GENERAL_MOTORS = { symbol: 'GM', name: 'General Motors Co.' }
const ALPHABET = [{ symbol: 'GOOG', name: 'Alphabet Inc.' }, { symbol: 'GOOGL', name: 'Alphabet Inc.' }]
const SMITH = { symbol: 'AOS', name: 'A. O. Smith Corp.' }
const OREILLY = { symbol: 'ORLY', name: "O'Reilly Automotive" }

test.each([
  ['an existing symbol', 'fb', [FACEBOOK, APPLE], 'FB'],
  ['no match, so it is taken as a symbol', ' brk.b ', [], 'BRK.B'],
  ['the first word of one name, part of a word of another', 'apple', [APPLE, APPLEBEES], 'AAPL'],
  ['a word inside one name', 'motors', [GENERAL_MOTORS], 'GM'],
  ['a whole name', 'General Electric Co', [GENERAL_ELECTRIC, GENERAL_MOTORS], 'GE'],
  ['a name without its apostrophe', 'oreilly', [OREILLY], 'ORLY'],
  ['the first word of two names', 'general', [GENERAL_ELECTRIC, GENERAL_MOTORS], null],
  ['two classes of one company', 'alphabet', ALPHABET, null],
  ['the beginning of a symbol', 'aap', [APPLE], null],
  ['a letter that may be another symbol', 'f', [FACEBOOK], null],
  ['a letter that is a word of a name', 'a', [SMITH], null],
  ['part of a word', 'faceb', [FACEBOOK], null],
  ['punctuation', '..', [FACEBOOK], null],
])('%s', (_, typed, stocks, symbol) => {
  expect(resolveSymbol(typed, { stocks, next_cursor: null })).toBe(symbol)
})

test('text with more than one page of matches is ambiguous, unless it is a symbol', () => {
  expect(resolveSymbol('apple', { stocks: [APPLE], next_cursor: 'more' })).toBeNull()
  expect(resolveSymbol('aapl', { stocks: [APPLE], next_cursor: 'more' })).toBe('AAPL')
})
