import { expect, test } from 'vitest'
import { SCREENER_COLUMNS } from '@/testing/universes'
import { COLUMN_INFO } from './columns'

test('a close has the digits that its interval needs, and two at least', () => {
  const columns = { ...SCREENER_COLUMNS, close: [473_200, 1.00349, 0.0000054387, 12.5], width: [6.8, 1.2, 18.9, 0] }
  const written = [0, 1, 2, 3].map((row) => COLUMN_INFO.close.write(columns, row))
  expect(written).toEqual(['473,200.00', '1.0035', '0.00000544', '12.50'])
})

test('a narrow range and a narrow interval are not written as zero', () => {
  const columns = { ...SCREENER_COLUMNS, expected_range: [0.02, 2.14, null], width: [0.04, 99.99, 4.26] }
  const rows = [0, 1, 2]
  expect(rows.map((row) => COLUMN_INFO.expected_range.write(columns, row))).toEqual(['0.02 %', '2.1 %', '–'])
  expect(rows.map((row) => COLUMN_INFO.width.write(columns, row))).toEqual(['0.04 %', '99.9 %', '4.3 %'])
})

test('a change with a jump in it is marked', () => {
  const write = (name: 'change_1' | 'change_5' | 'change_20'): string => COLUMN_INFO[name].write(SCREENER_COLUMNS, 1)
  expect(['change_1' as const, 'change_5' as const, 'change_20' as const].map(write)).toEqual(['+0.50 %', '+1.00 % *', '+3.00 % *'])
})
