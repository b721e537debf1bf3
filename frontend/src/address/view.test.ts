import { expect, test } from 'vitest'
import { DEFAULT_VIEW, readSearch, type View, writeSearch } from './view'

const OTHER: View = {
  compare: ['IBM', 'MSFT', 'GOOG'],
  model: 'gradient_boosting',
  horizon: 20,
  level: 99,
  asOf: '2012-04-20',
  windows: 1000,
  isAdjusted: true,
  range: 'all',
  scale: 'log',
  sort: { by: 'directional_accuracy', isDescending: false },
  chart: 'error',
}

test('an empty address shows the defaults', () => {
  expect(readSearch({})).toEqual({ symbol: undefined, view: DEFAULT_VIEW })
})

test.each([
  ['model', 'auto'],
  ['model', 'moving_average'],
  ['horizon', '1'],
  ['level', '50'],
  ['windows', '100'],
  ['range', '1m'],
  ['scale', 'log'],
  ['chart', 'error'],
] as const)('%s=%s is read from the address', (name, text) => {
  expect(String(readSearch({ [name]: text }).view[name])).toBe(text)
})

test.each([
  ['model', 'oracle'],
  ['model', 'toString'],
  ['horizon', '0'],
  ['horizon', '21'],
  ['horizon', '-5'],
  ['horizon', '2.5'],
  ['horizon', '1e1'],
  ['horizon', ' 7 '],
  ['horizon', 'Infinity'],
  ['horizon', '9'.repeat(400)],
  ['horizon', 7],
  ['level', '89'],
  ['level', ''],
  ['as_of', '20 April 2012'],
  ['as_of', '2012-13-01'],
  ['windows', '1001'],
  ['windows', '999999999999'],
  ['adjusted', '1'],
  ['range', '10y'],
  ['scale', 'LOG'],
  ['sort', '--skill'],
  ['sort', 'm-ae'],
  ['sort', '-constructor'],
  ['chart', 'price'],
  ['compare', ',,,'],
  ['compare', ['IBM']],
  ['symbol', ''],
  ['symbol', null],
])('%s=%s is invalid, so the default applies', (name, given) => {
  expect(readSearch({ [name]: given })).toEqual({ symbol: undefined, view: DEFAULT_VIEW })
})

test('at most three other symbols are compared, each once', () => {
  const { view } = readSearch({ symbol: 'aapl', compare: 'ibm,AAPL,IBM, msft ,GOOG,FB,T' })
  expect(view.compare).toEqual(['IBM', 'MSFT', 'GOOG'])
})

test.each([
  ['skill', { by: 'skill', isDescending: false }],
  ['-mae', { by: 'mae', isDescending: true }],
  ['model', { by: 'model', isDescending: false }],
])('sort=%s is read with its direction', (text, sort) => {
  expect(readSearch({ sort: text }).view.sort).toEqual(sort)
})

test('a written view is read back unchanged', () => {
  const written = writeSearch('AAPL', OTHER)
  expect(Object.keys(written)).toHaveLength(1 + Object.keys(OTHER).length)
  expect(readSearch(written)).toEqual({ symbol: 'AAPL', view: OTHER })
})

test('the address holds only values that differ from the defaults', () => {
  expect(writeSearch(undefined, DEFAULT_VIEW)).toEqual({})
  expect(writeSearch('AAPL', { ...DEFAULT_VIEW, horizon: 1, sort: { by: 'mae', isDescending: false } })).toEqual({
    symbol: 'AAPL',
    horizon: '1',
    sort: 'mae',
  })
})
