import type { Result } from '@/api/gen/types.gen'
import { count, percent, price } from '@/lib/format'
import type { Score } from './score-card'

const NOTHING = 'doing nothing'

function buildDirection({ metrics, baseline, midrange }: Result): Score {
  const [rival, share] =
    baseline.directional_accuracy === null
      ? ['middle of the range', midrange.directional_accuracy]
      : [NOTHING, baseline.directional_accuracy]
  return {
    name: 'Directional accuracy',
    explanation:
      'Of the sessions whose close moved, up or down from the close before, the share where the prediction lies on ' +
      'the same side. Doing nothing names no side.',
    value: percent(metrics.directional_accuracy, 1),
    rival,
    rivalValue: percent(share, 1),
  }
}

function buildCoverage({ interval, split }: Result): Score {
  const name = 'Coverage'
  if (interval === null) {
    const explanation = 'The share of closes inside the interval around their prediction. There are none here.'
    return { name, explanation, value: '–', rival: 'too few sessions for intervals', rivalValue: '' }
  }
  const level = String(interval.level)
  return {
    name,
    explanation:
      `The share of closes inside the ${level} % interval around their prediction. Less than ${level} % means that ` +
      'the intervals are too narrow, more that they are too wide. ' +
      `On average one is ${price(interval.mean_width)} wide.`,
    value: percent(interval.coverage, 1),
    rival: 'closes inside',
    rivalValue: `${count(Math.round(interval.coverage * split.test.bars))} of ${count(split.test.bars)}`,
  }
}

/** Builds the four main scores, each with the baseline that it must beat. */
export function buildScores(result: Result): Score[] {
  const { metrics, baseline } = result
  return [
    {
      name: 'MAE',
      explanation:
        'Mean absolute error: how far the prediction is from the close on average, in the units of the price.',
      value: price(metrics.mae),
      rival: NOTHING,
      rivalValue: price(baseline.mae),
    },
    {
      name: 'RMSE',
      explanation: 'Root mean squared error, in the units of the price: as the MAE, with large errors weighing more.',
      value: price(metrics.rmse),
      rival: NOTHING,
      rivalValue: price(baseline.rmse),
    },
    buildDirection(result),
    buildCoverage(result),
  ]
}
