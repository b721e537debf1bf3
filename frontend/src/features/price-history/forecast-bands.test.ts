import { expect, test } from 'vitest'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { collapseBands, formatLevels, toBands } from './forecast-bands'

const [step] = AAPL_FORECAST.steps

test('bands are ordered from the widest to the narrowest, and the stated one is outlined', () => {
  const bands = toBands(step?.intervals ?? [], 90)
  const widths = bands.map(({ lower, upper }) => upper - lower)
  expect(widths).toEqual(widths.toSorted((a, b) => b - a))
  expect(bands.map(({ isOutlined }) => isOutlined)).toEqual([false, true, false, false])
  expect(bands[1]).toMatchObject({ lower: step?.lower, upper: step?.upper })
})

test('a fan begins without any width', () => {
  expect(collapseBands(toBands(step?.intervals ?? [], 90), 430.47)[3]).toEqual({
    lower: 430.47,
    upper: 430.47,
    isOutlined: false,
  })
})

test('the levels are named in order', () => {
  expect(formatLevels(AAPL_FORECAST)).toBe('Intervals: 50, 80, 90, 95 %')
})
