import { expect, test } from 'vitest'
import { findFirstDay } from './ranges'

test.each([
  ['1m', '2013-03-01', '2013-02-01'],
  ['6m', '2013-03-01', '2012-09-01'],
  ['1m', '2013-03-31', '2013-02-28'],
  ['1y', '2012-02-29', '2011-02-28'],
  ['5y', '2013-03-01', '2008-03-01'],
  ['all', '2013-03-01', null],
] as const)('the range %s up to %s starts on %s', (range, last, first) => {
  expect(findFirstDay(range, last)).toBe(first)
})
