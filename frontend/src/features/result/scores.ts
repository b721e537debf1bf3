import type { Result } from '@/api/gen/types.gen'
import { count, percent } from '@/lib/format'
import type { PriceFormat } from '@/lib/price-format'
import type { Score } from './score-card'

const BASELINE = 'no change'

function buildDirection({ metrics, baseline, midrange }: Result): Score {
  const [rival, share] =
    baseline.directional_accuracy === null
      ? ['middle of the range', midrange.directional_accuracy]
      : [BASELINE, baseline.directional_accuracy]
  return {
    name: 'Directional accuracy',
    explanation:
      'Share of price moves whose direction was predicted. No change predicts none.',
    value: percent(metrics.directional_accuracy, 1),
    rival,
    rivalValue: percent(share, 1),
  }
}

function buildCoverage({ interval, split }: Result, { price }: PriceFormat): Score {
  const name = 'Coverage'
  if (interval === null) {
    const explanation = 'Share of closes inside their prediction interval. There are no intervals here.'
    return { name, explanation, value: '–', rival: 'too few sessions for intervals', rivalValue: '' }
  }
  const level = String(interval.level)
  return {
    name,
    explanation:
      `Share of closes inside their ${level} % prediction interval. Below ${level} %, the intervals are too narrow; ` +
      `above, too wide. Their mean width is ${price(interval.mean_width)}.`,
    value: percent(interval.coverage, 1),
    rival: 'closes inside',
    rivalValue: `${count(Math.round(interval.coverage * split.test.bars))} of ${count(split.test.bars)}`,
  }
}

/** Builds the four main scores, each with the baseline that it must beat. */
export function buildScores(result: Result, format: PriceFormat): Score[] {
  const { price } = format
  const { metrics, baseline } = result
  return [
    {
      name: 'MAE',
      explanation:
        'Mean absolute error: how far the prediction is from the close on average, in price units.',
      value: price(metrics.mae),
      rival: BASELINE,
      rivalValue: price(baseline.mae),
    },
    {
      name: 'RMSE',
      explanation: 'Root mean squared error, in price units: like MAE, but large errors weigh more.',
      value: price(metrics.rmse),
      rival: BASELINE,
      rivalValue: price(baseline.rmse),
    },
    buildDirection(result),
    buildCoverage(result, format),
  ]
}
