import { expect, test } from 'vitest'
import { DEFAULT_SCREENER, type ScreenerView } from '@/address/screener-view'
import { SCREENER_COLUMNS } from '@/testing/universes'
import { applyPreset, isPreset, PRESETS } from './presets'
import { UniverseTable } from './universe-table'

const TABLE = new UniverseTable(SCREENER_COLUMNS)
const NAMED = new Set(['CAAP'])

function select(change: Partial<ScreenerView>): string[] {
  return Array.from(TABLE.select({ ...DEFAULT_SCREENER, ...change }, NAMED), (row) => SCREENER_COLUMNS.symbol[row] ?? '')
}

function bounded(change: Partial<ScreenerView['bounds']>): Partial<ScreenerView> {
  return { bounds: { ...DEFAULT_SCREENER.bounds, ...change } }
}

test('all symbols are shown by symbol at first', () => {
  expect(select({})).toEqual(['AAPL', 'CAAP', 'IBM', 'MSFT', 'ZETA'])
  expect(select({ sort: { by: 'symbol', isDescending: true } })).toEqual(['ZETA', 'MSFT', 'IBM', 'CAAP', 'AAPL'])
})

test.each([
  ['ap', ['AAPL', 'CAAP']],
  ['america', ['CAAP']],
  ['AMÉRICA', ['CAAP']],
  [' microsoft ', ['MSFT']],
  ['zeta', ['ZETA']],
  ['nothing', []],
])('the text %j is found in symbols and names, without case and accents', (find, symbols) => {
  expect(select({ find })).toEqual(symbols)
})

test.each<[string, Partial<ScreenerView>, string[]]>([
  ['a sector', { sector: 'Technology' }, ['AAPL', 'IBM', 'MSFT']],
  ['a verdict', { verdict: 'better' }, ['CAAP']],
  ['current bars', { isCurrent: true }, ['AAPL', 'CAAP', 'MSFT']],
  ['better in both halves', { isBetterTwice: true }, ['CAAP', 'IBM']],
  ['named', { isNamed: true }, ['CAAP']],
  ['a least range', bounded({ expected_range: [2.1, null] }), ['AAPL', 'CAAP', 'MSFT']],
  ['a greatest range', bounded({ expected_range: [null, 2.1] }), ['AAPL', 'IBM']],
  ['both ends of the width', bounded({ width: [4, 6] }), ['AAPL', 'MSFT']],
  ['two filters at once', { ...bounded({ width: [4, 6] }), find: 'micro' }, ['MSFT']],
])('%s filters', (_, change, symbols) => {
  expect(select(change)).toEqual(symbols)
})

test.each<[ScreenerView['sort']['by'], string[], string[]]>([
  ['change_1', ['AAPL', 'IBM', 'CAAP', 'MSFT', 'ZETA'], ['MSFT', 'CAAP', 'IBM', 'AAPL', 'ZETA']],
  ['name', ['IBM', 'AAPL', 'CAAP', 'MSFT', 'ZETA'], ['MSFT', 'CAAP', 'AAPL', 'IBM', 'ZETA']],
  ['sessions_behind', ['AAPL', 'IBM', 'MSFT', 'CAAP', 'ZETA'], ['CAAP', 'MSFT', 'IBM', 'AAPL', 'ZETA']],
  ['better_twice', ['AAPL', 'MSFT', 'ZETA', 'CAAP', 'IBM'], ['IBM', 'CAAP', 'ZETA', 'MSFT', 'AAPL']],
])('%s sorts both ways, with what has no value last', (by, ascending, descending) => {
  expect(select({ sort: { by, isDescending: false } })).toEqual(ascending)
  expect(select({ sort: { by, isDescending: true } })).toEqual(descending)
})

test('a sort keeps the filter', () => {
  expect(select({ sector: 'Technology', sort: { by: 'close', isDescending: false } })).toEqual(['MSFT', 'IBM', 'AAPL'])
})

test('sectors are listed once each, by the alphabet', () => {
  expect(TABLE.sectors).toEqual(['Industrials', 'Technology'])
})

test.each([
  ['All symbols', ['AAPL', 'CAAP', 'IBM', 'MSFT', 'ZETA']],
  ['Calm today', ['AAPL', 'IBM']],
  ['Unusually wide for itself', ['MSFT']],
  ['Named beyond luck', ['CAAP']],
  ['Behind', ['CAAP']],
])('the preset %s selects its symbols and nothing that was chosen before', (name, symbols) => {
  const preset = PRESETS.find((each) => each.name === name)
  if (preset === undefined) throw new Error(name)
  const before: ScreenerView = { ...DEFAULT_SCREENER, horizon: 5, columns: ['close'], find: 'zzz', isCurrent: true }
  const view = applyPreset(before, preset)
  expect(select(view)).toEqual(symbols)
  expect([view.horizon, view.columns]).toEqual([5, ['close']])
  expect(PRESETS.filter((each) => isPreset(view, each))).toEqual([preset])
  expect(isPreset(before, preset)).toBe(false)
})
