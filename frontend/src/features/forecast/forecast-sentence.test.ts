import { expect, test } from 'vitest'
import { createPriceFormat } from '@/lib/price-format'
import { AAPL_FORECAST } from '@/testing/forecasts'
import { describeForecast } from './forecast-sentence'

test.each([
  [50, ': as likely as not between '],
  [80, ': most likely between '],
])('a %s %% interval is as likely as its level says', (level, words) => {
  expect(describeForecast({ ...AAPL_FORECAST, level }, createPriceFormat(2))).toContain(words)
})
