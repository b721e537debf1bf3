import type { Sort, SortKey } from '@/address/view'
import type { ModelEvaluation } from '@/api/gen/types.gen'
import { decimal, modelName, percent } from '@/lib/format'
import type { PriceFormat } from '@/lib/price-format'

export interface Measure {
  by: Exclude<SortKey, 'model'>
  name: string
  meaning: string
  isHighFirst: boolean
  value: (model: ModelEvaluation) => number | null
  write: (value: number | null, format: PriceFormat) => string
}

export const SKILL: Measure = {
  by: 'skill',
  name: 'Skill',
  meaning:
    '1 − MAE / MAE of no change, on the same sessions. Below it is the verdict: a model was better only if its 99 % CI, too, is above zero, since the best of five may look good by chance.',
  isHighFirst: true,
  value: (model) => model.skill.skill,
  write: decimal,
}

export const MEASURES: readonly Measure[] = [
  {
    by: 'mae',
    name: 'MAE',
    meaning: 'Mean absolute error, in price units.',
    isHighFirst: false,
    value: ({ metrics }) => metrics.mae,
    write: (value, { mean }) => mean(value),
  },
  {
    by: 'rmse',
    name: 'RMSE',
    meaning: 'Root mean squared error, in price units: like MAE, but large errors weigh more.',
    isHighFirst: false,
    value: ({ metrics }) => metrics.rmse,
    write: (value, { mean }) => mean(value),
  },
  {
    by: 'mase',
    name: 'MASE',
    meaning: 'MAE divided by the mean change from one session to the next before the first window.',
    isHighFirst: false,
    value: ({ metrics }) => metrics.mase,
    write: decimal,
  },
  {
    by: 'directional_accuracy',
    name: 'Directional accuracy',
    meaning: 'Share of price moves whose direction was predicted. No change predicts none.',
    isHighFirst: true,
    value: ({ metrics }) => metrics.directional_accuracy,
    write: (share) => percent(share),
  },
  {
    by: 'coverage',
    name: 'Coverage',
    meaning: 'Share of closes inside their prediction interval; it should be close to the level.',
    isHighFirst: true,
    value: ({ interval }) => interval.coverage,
    write: (share) => percent(share, 1),
  },
  {
    by: 'width',
    name: 'Mean width',
    meaning: 'Mean width of the prediction intervals, in price units. At equal coverage, narrower is better.',
    isHighFirst: false,
    value: ({ interval }) => interval.mean_width,
    write: (value, { price }) => price(value),
  },
  {
    by: 'interval_score',
    name: 'Interval score',
    meaning:
      'Mean width of the intervals plus a penalty for each close outside, in price units: lower is better. The plain band, in the caption, is no change, give or take what the last 250 returns varied.',
    isHighFirst: false,
    value: ({ interval }) => interval.score,
    write: (value, { price }) => price(value),
  },
]

/** Sorts models by one measure; undefined values come last in either direction. */
export function sortModels(models: readonly ModelEvaluation[], { by, isDescending }: Sort): ModelEvaluation[] {
  const measure = [SKILL, ...MEASURES].find((candidate) => candidate.by === by)
  const sign = isDescending ? -1 : 1
  return models.toSorted((a, b) => {
    if (measure === undefined) return sign * modelName(a.name).localeCompare(modelName(b.name))
    const [left, right] = [measure.value(a), measure.value(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return sign * (left - right)
  })
}
