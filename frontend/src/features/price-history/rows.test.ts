import { expect, test } from 'vitest'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { AAPL } from '@/testing/results'
import { toRows } from './rows'

const prices = { open: 9, high: 12, low: 8 }
const noPrices = { open: null, high: null, low: null, close: null }

test('a session without prices is kept, and changes are from the last known close', () => {
  const bars = [
    { session: '2013-02-27', ...prices, close: 10 },
    { session: '2013-02-28', ...noPrices },
    { session: '2013-03-01', ...prices, close: 11 },
  ]
  const rows = toRows(bars, undefined, undefined)
  expect(rows.map(({ session, change }) => [session, change])).toEqual([
    ['2013-02-27', null],
    ['2013-02-28', null],
    ['2013-03-01', 1],
  ])
})

test('future sessions follow the bars, and a forecast for a session with a bar stays with it', () => {
  const bars = [
    { session: '2013-03-01', ...prices, close: 11 },
    { session: '2013-03-04', ...noPrices },
  ]
  const rows = toRows(bars, undefined, AAPL_FORECAST)
  expect(rows.map(({ session, bar, step }) => [session, bar === null, step?.point])).toEqual([
    ['2013-03-01', false, undefined],
    ['2013-03-04', false, 430.47],
    ['2013-03-05', true, 430.47],
  ])
})

test('a prediction belongs to the bar of its session only', () => {
  const bars = [
    { session: '2010-07-26', ...prices, close: 10 },
    { session: '2010-07-27', ...prices, close: 260 },
  ]
  expect(toRows(bars, AAPL, undefined).map(({ estimate }) => estimate)).toEqual([
    null,
    { predicted: 262, lower: 258, upper: 266, error: 2 },
  ])
})
