import type { IChartApi } from 'lightweight-charts'
import { expect, test } from 'vitest'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { AAPL_BARS } from '@/testing/stocks'
import { drawPrices } from './drawing'

/** A chart that only records the days that its series hold; each is a place on its axis. */
function recordDays(): { chart: IChartApi; days: () => Set<string> } {
  const held = new Map<number, string[]>()
  const options = { applyOptions: () => undefined }
  const addSeries = () => {
    const place = held.size
    held.set(place, [])
    return {
      ...options,
      priceScale: () => options,
      attachPrimitive: () => undefined,
      setData: (points: readonly { time: string }[]) => held.set(place, points.map(({ time }) => time)),
    }
  }
  const chart = { ...options, addSeries, addCustomSeries: addSeries, timeScale: () => options }
  return { chart: chart as unknown as IChartApi, days: () => new Set([...held.values()].flat()) }
}

test('a step of a past session without a slot takes no place, so that each place is that of its row', () => {
  const days = ['2013-02-28', '2013-03-01', '2013-03-05']
  const slots = days.map((session, i) => ({ session, bar: { ...AAPL_BARS.bars[i], session } as (typeof AAPL_BARS.bars)[number] }))
  const { chart, days: drawn } = recordDays()
  const drawing = drawPrices(chart)
  drawing.setBars(slots, [], 2)
  drawing.setForecast(slots, AAPL_FORECAST)
  expect(AAPL_FORECAST.steps.map(({ session }) => session)).toEqual(['2013-03-04', '2013-03-05'])
  expect([...drawn()].sort()).toEqual(days)
})

test('the steps after the last bar are drawn', () => {
  const slots = [{ session: '2013-03-01', bar: null }]
  const { chart, days } = recordDays()
  drawPrices(chart).setForecast(slots, AAPL_FORECAST)
  expect([...days()]).toEqual(['2013-03-01', '2013-03-04', '2013-03-05'])
})
