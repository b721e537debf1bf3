import type { Chart } from '@/address/view'
import type { Evaluation, ModelEvaluation } from '@/api/gen/types.gen'
import type { ModelChoice, ModelName } from '@/api/request-types'
import { sorted } from '@/features/evaluation/models/measures'

export interface Line {
  name: ModelName
  /** One for each window. */
  values: readonly (number | null)[]
}

/** Whom to look at beside doing nothing: the chosen model, else the best of those that do something. */
export function challengerOf({ models }: Evaluation, choice: ModelChoice): ModelEvaluation | undefined {
  const others = models.filter(({ name }) => name !== 'persistence')
  return others.find(({ name }) => name === choice) ?? sorted(others, { by: 'skill', isDescending: true })[0]
}

export function linesOf(evaluation: Evaluation, chart: Chart, choice: ModelChoice): Line[] {
  const { series } = evaluation.windows
  if (chart === 'skill') return series.map((model) => ({ name: model.name, values: model.skill_so_far }))
  const challenger = challengerOf(evaluation, choice)?.name
  return series
    .filter(({ name }) => name === challenger || name === 'persistence')
    .map((model) => ({ name: model.name, values: model.absolute_error }))
}
