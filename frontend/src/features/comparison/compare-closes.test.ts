import { expect, test } from 'vitest'
import type { Range } from '@/lib/ranges'
import { type Closes, compareCloses, findGrowth, findLargestFall } from './compare-closes'

function closes(symbol: string, by: Record<string, number | null>): Closes {
  return { symbol, bars: Object.entries(by).map(([session, close]) => ({ session, close })) }
}

const OLD = closes('OLD', { '2012-01-03': 50, '2013-01-02': 100, '2013-01-03': 120, '2013-01-04': 90, '2013-01-07': 110 })
const NEW = closes('NEW', { '2013-01-03': 20, '2013-01-04': 25, '2013-01-07': 24, '2013-01-08': 48 })

test('every symbol starts at the first shared session and ends at the last one', () => {
  const result = compareCloses([OLD, NEW], 'all')
  expect([result?.first, result?.last]).toEqual(['2013-01-03', '2013-01-07'])
  expect(result?.symbols.map(({ symbol, firstClose, lastClose, points }) => [symbol, firstClose, lastClose, points.length])).toEqual([
    ['OLD', 120, 110, 3],
    ['NEW', 20, 24, 3],
  ])
  expect(result?.symbols[0]?.change).toBeCloseTo(-10 / 120, 12)
  expect(result?.symbols[1]?.change).toBeCloseTo(0.2, 12)
  expect(result?.symbols.map((symbol) => symbol.points.map(({ growth }) => growth))).toEqual([
    [1, 0.75, 110 / 120],
    [1, 1.25, 1.2],
  ])
})

test.each<[Range, string]>([
  ['all', '2008-03-03'],
  ['5y', '2008-03-04'],
  ['1y', '2012-03-05'],
  ['6m', '2012-09-04'],
  ['1m', '2013-02-28'],
])('the range %s starts on %s', (range, first) => {
  const sessions = ['2008-03-03', '2008-03-04', '2012-03-05', '2012-09-04', '2013-02-28', '2013-03-04']
  const one = closes('ONE', Object.fromEntries(sessions.map((session, i) => [session, i + 1])))
  expect(compareCloses([one, { ...one, symbol: 'TWO' }], range)?.first).toBe(first)
})

test('the range is counted back from the last shared session', () => {
  const ended = closes('END', { '2009-01-05': 10, '2009-06-01': 11, '2009-12-01': 12 })
  const goesOn = closes('ON', { '2009-01-05': 10, '2009-06-01': 9, '2009-12-01': 8, '2013-03-01': 80 })
  const result = compareCloses([ended, goesOn], '1y')
  expect([result?.first, result?.last]).toEqual(['2009-01-05', '2009-12-01'])
  expect(result?.symbols[1]?.change).toBeCloseTo(-0.2, 12)
})

test('a session that one symbol lacks is kept for the others', () => {
  const whole = closes('ALL', { '2013-01-02': 10, '2013-01-03': 11, '2013-01-04': 12 })
  const gap = closes('GAP', { '2013-01-02': 10, '2013-01-03': null, '2013-01-04': 0, '2013-01-07': 12, '2013-01-08': 5 })
  const result = compareCloses([closes('ON', { '2013-01-02': 4, '2013-01-07': 5 }), gap, whole], 'all')
  expect(result).toBeNull()
  const two = compareCloses([whole, closes('GAP', { '2013-01-02': 10, '2013-01-03': null, '2013-01-04': 5 })], 'all')
  expect(two?.sessions).toEqual(['2013-01-02', '2013-01-03', '2013-01-04'])
  expect(two?.symbols.map((symbol) => findGrowth(symbol, '2013-01-03'))).toEqual([1.1, null])
})

test.each([
  ['there are no symbols', []],
  ['a symbol has no bars', [closes('ONE', {})]],
  ['no session is shared', [closes('ONE', { '2013-01-02': 1 }), closes('TWO', { '2013-01-03': 1 })]],
  ['one session is shared', [closes('ONE', { '2013-01-02': 1 }), closes('TWO', { '2013-01-02': 1, '2013-01-03': 1 })]],
])('there is no comparison when %s', (_, all) => {
  expect(compareCloses(all, 'all')).toBeNull()
})

test.each([
  ['never falls', [1, 2, 2, 3], null],
  ['falls once', [100, 80, 90], { share: -0.2, peak: 'b0', trough: 'b1' }],
  ['falls from a later peak, by a larger share', [100, 90, 200, 150, 210], { share: -0.25, peak: 'b2', trough: 'b3' }],
  ['falls further in price, by a smaller share', [10, 5, 100, 90], { share: -0.5, peak: 'b0', trough: 'b1' }],
  ['falls in steps', [100, 70, 85, 60, 101], { share: -0.4, peak: 'b0', trough: 'b3' }],
  ['falls to the end', [8, 4, 2], { share: -0.75, peak: 'b0', trough: 'b2' }],
])('the largest fall of a close that %s', (_, values, fall) => {
  const result = findLargestFall(values.map((close, i) => ({ session: `b${String(i)}`, close })))
  expect(result === null ? null : { ...result, share: Number(result.share.toFixed(12)) }).toEqual(fall)
})
