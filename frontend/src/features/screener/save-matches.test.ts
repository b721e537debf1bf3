import { expect, test } from 'vitest'
import { buildCsv } from '@/lib/download'
import { SCREENER_COLUMNS } from '@/testing/universes'
import { buildLines } from './save-matches'

test('the file has the given rows in their order, and no cell that a spreadsheet would run', () => {
  const lines = buildLines(SCREENER_COLUMNS, Uint32Array.of(2, 4))
  expect(lines.map((line) => line.slice(0, 6))).toEqual([
    ['IBM', '=Machines, "IBM"', 'Technology', '2018-02-07', 153.85, -1.2],
    ['ZETA', null, null, '2018-02-07', 3, null],
  ])
  expect(buildCsv(['symbol'], lines)).toContain(`IBM,"'=Machines, ""IBM""",Technology,2018-02-07,153.85,-1.2,`)
})
