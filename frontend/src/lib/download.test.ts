import { expect, test } from 'vitest'
import { buildCsv } from './download'

test('numbers are written as they are, and null as an empty cell', () => {
  expect(buildCsv(['symbol', 'change'], [['AAPL', -1.5], ['IBM', null]])).toBe('symbol,change\nAAPL,-1.5\nIBM,\n')
})

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-cmd', "'-cmd"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['＝1', "'＝1"],
  ['  =1', "'  =1"],
  ['\t=1', "'\t=1"],
  ['A;=1', "A;'=1"],
  ['"=1"', '"""=1"""'],
  ['A, B', '"A, B"'],
  ['Dun & Bradstreet', 'Dun & Bradstreet'],
  ['BRK-B', 'BRK-B'],
])('%j is written as %s', (text, written) => {
  expect(buildCsv(['name'], [[text]])).toBe(`name\n${written}\n`)
})
