import { expect, test } from 'vitest'
import { AAPL_EVALUATION } from '@/testing/evaluations'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { isMiss, selectPastForecasts } from './past-forecasts'
import { toRows } from './rows'
import { findLastClose, toSlots } from './slots'

const prices = { open: 9, high: 12, low: 8 }
const noPrices = { open: null, high: null, low: null, close: null }

function slotsOf(...bars: { session: string; close: number | null }[]) {
  return toSlots(
    bars.map((bar) => (bar.close === null ? { ...noPrices, session: bar.session } : { ...prices, ...bar })),
    [],
  )
}

test('a session without prices is kept, and changes are from the last known close', () => {
  const slots = slotsOf(
    { session: '2013-02-27', close: 10 },
    { session: '2013-02-28', close: null },
    { session: '2013-03-01', close: 11 },
  )
  const rows = toRows(slots, [], undefined)
  expect(rows.map(({ session, change, changeSince }) => [session, change, changeSince])).toEqual([
    ['2013-02-27', null, null],
    ['2013-02-28', null, null],
    ['2013-03-01', 1, null],
  ])
})

test('missing sessions have rows of their own, and the change after them says since when', () => {
  const bars = [
    { ...prices, session: '2013-02-25', close: 10 },
    { ...prices, session: '2013-02-28', close: 12 },
  ]
  const gap = { after: '2013-02-25', before: '2013-02-28', missing: ['2013-02-26', '2013-02-27'] }
  const rows = toRows(toSlots(bars, [gap]), [], undefined)
  expect(rows.map(({ session, isMissing, changeSince }) => [session, isMissing, changeSince])).toEqual([
    ['2013-02-25', false, null],
    ['2013-02-26', true, null],
    ['2013-02-27', true, null],
    ['2013-02-28', false, '2013-02-25'],
  ])
})

test('a change that is a jump as in a split is marked', () => {
  const slots = slotsOf({ session: '2005-02-25', close: 89 }, { session: '2005-02-28', close: 45 })
  expect(toRows(slots, [], undefined, new Set(['2005-02-28'])).map(({ isJump }) => isJump)).toEqual([false, true])
})

test('future sessions follow the bars, and a forecast for a session with a bar stays with it', () => {
  const slots = slotsOf({ session: '2013-03-01', close: 11 }, { session: '2013-03-04', close: null })
  const rows = toRows(slots, [], AAPL_FORECAST)
  expect(rows.map(({ session, bar, step }) => [session, bar === null, step?.point])).toEqual([
    ['2013-03-01', false, undefined],
    ['2013-03-04', false, 430.47],
    ['2013-03-05', true, 430.47],
  ])
})

test('past forecasts are those of the model that the forecast uses, and belong to their sessions', () => {
  const pasts = selectPastForecasts(AAPL_EVALUATION, AAPL_FORECAST)
  expect(pasts.map(({ session, cutoff, lower, upper }) => [session, cutoff, lower, upper]).slice(0, 1)).toEqual([
    ['2013-02-25', '2013-02-15', 400, 500],
  ])
  const rows = toRows(slotsOf({ session: '2013-02-22', close: 450 }, { session: '2013-02-25', close: 442.8 }), pasts, undefined)
  expect(rows.map(({ past }) => past?.actual)).toEqual([undefined, 442.8])
})

test('a close outside the range that was given for it is a miss', () => {
  const past = { session: '2013-02-25', cutoff: '2013-02-15', point: 450, lower: 400, upper: 500, actual: 500 }
  expect([past, { ...past, actual: 500.01 }, { ...past, actual: 399 }].map(isMiss)).toEqual([false, true, true])
})

test('the last close is looked for at or before the session to forecast from', () => {
  const slots = slotsOf(
    { session: '2013-02-27', close: 10 },
    { session: '2013-02-28', close: 11 },
    { session: '2013-03-01', close: null },
  )
  expect([null, '2013-02-27', '2013-01-01'].map((until) => findLastClose(slots, until))).toEqual([1, 0, -1])
})
