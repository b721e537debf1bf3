import { expect, test } from 'vitest'
import { findGaps } from './gaps'

const listed = (...sessions: string[]) => ({ sessions })

test('weekends and holidays are no gaps', () => {
  expect(findGaps(['2001-09-10', '2001-09-17', '2001-09-18', '2001-09-21', '2001-09-24'])).toEqual([])
})

test('the weekdays of a pause that is longer than any holiday are missing', () => {
  const [gap, ...others] = findGaps(['2013-03-01', '2018-01-02'])
  expect(others).toEqual([])
  expect(gap).toMatchObject({ after: '2013-03-01', before: '2018-01-02' })
  expect(gap?.missing.slice(0, 2)).toEqual(['2013-03-04', '2013-03-05'])
  expect(gap?.missing.at(-1)).toBe('2018-01-01')
  expect(gap?.missing).toHaveLength(1261)
})

test('a session that the data service lists as missing is a gap of its own', () => {
  expect(findGaps(['2018-02-05', '2018-02-07'], listed('2018-02-06'))).toEqual([
    { after: '2018-02-05', before: '2018-02-07', missing: ['2018-02-06'] },
  ])
})

test('a symbol that trades on weekends misses them too', () => {
  const sessions = ['2022-05-01', '2022-05-12', '2022-05-13', '2022-05-14']
  expect(findGaps(sessions)[0]?.missing).toHaveLength(10)
})
