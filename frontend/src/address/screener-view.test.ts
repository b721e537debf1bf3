import { expect, test } from 'vitest'
import { BOUNDED, buildScreenerAddress, DEFAULT_SCREENER, readScreener, type ScreenerView, writeScreener } from './screener-view'

const OTHER: ScreenerView = {
  horizon: 5,
  level: 50,
  find: 'a & b, c=d',
  sector: 'Health Care',
  verdict: 'too_early',
  isCurrent: true,
  isBetterTwice: true,
  isNamed: true,
  bounds: {
    expected_range: [1.5, null],
    range_percentile_own: [null, 20],
    width: [2, 4],
    width_percentile_own: [90, 100],
    q_value: [null, 0.05],
    sessions_behind: [1, null],
  },
  sort: { by: 'change_20', isDescending: true },
  columns: ['name', 'q_value'],
}

test('an empty address shows the defaults, by symbol', () => {
  expect(readScreener('')).toEqual(DEFAULT_SCREENER)
  expect(DEFAULT_SCREENER.sort).toEqual({ by: 'symbol', isDescending: false })
})

test('the defaults are not written', () => {
  expect(writeScreener(DEFAULT_SCREENER)).toBe('')
  expect(buildScreenerAddress(DEFAULT_SCREENER)).toBe('/screener')
})

test('a written view is read back unchanged, also without any column', () => {
  expect(readScreener(writeScreener(OTHER))).toEqual(OTHER)
  const bare = { ...OTHER, columns: [] }
  expect(readScreener(writeScreener(bare))).toEqual(bare)
})

test.each([
  ['horizon=0'],
  ['horizon=21'],
  ['level=91'],
  ['level=1e1'],
  ['verdict=oracle'],
  ['current=1'],
  ['sort=spark'],
  ['sort=--close'],
  ['sort=constructor'],
  ['width=..'],
  ['width=1..2..3'],
  ['width=NaN..Infinity'],
  ['q_value=1e9..'],
])('%s is invalid, so the default applies', (search) => {
  expect(readScreener(search)).toEqual(DEFAULT_SCREENER)
})

test('columns are shown in the order of the table, and unknown ones are left out', () => {
  expect(readScreener('columns=q_value,oracle,name').columns).toEqual(['name', 'q_value'])
})

test('each bound is read from its own parameter', () => {
  for (const name of BOUNDED) expect(readScreener(`${name}=0.5..`).bounds[name]).toEqual([0.5, null])
})
