import { expect, test } from 'vitest'
import { buildCsv } from '@/lib/download'
import { compareCloses } from './compare-closes'
import { toColumns, toRows } from './comparison-rows'

test('the file has one row per session, with empty cells where a symbol has no bar', () => {
  const compared = compareCloses(
    [
      {
        symbol: 'ONE',
        bars: [
          { session: '2013-01-02', close: 30 },
          { session: '2013-01-03', close: 20 },
          { session: '2013-01-04', close: 40 },
        ],
      },
      {
        symbol: 'TWO',
        bars: [
          { session: '2013-01-02', close: 7 },
          { session: '2013-01-04', close: 7.7 },
        ],
      },
    ],
    'all',
  )
  if (compared === null) throw new Error('They share two sessions.')
  expect(buildCsv(toColumns(compared), toRows(compared))).toBe(
    'session,ONE_close,ONE_change_pct,TWO_close,TWO_change_pct\n' +
      '2013-01-02,30,0,7,0\n' +
      '2013-01-03,20,-33.3333,,\n' +
      '2013-01-04,40,33.3333,7.7,10\n',
  )
})
