import type { Chart } from '@/address/view'
import type { Evaluation, ModelEvaluation } from '@/api/gen/types.gen'
import type { ModelChoice, ModelName } from '@/api/request-types'
import { sortModels } from '@/features/evaluation/models/measures'

export interface ModelSeries {
  name: ModelName
  /** One value per window. */
  values: readonly (number | null)[]
}

/** Selects the model to compare with persistence: the chosen model, or else the best of the others. */
export function findChallenger({ models }: Evaluation, choice: ModelChoice): ModelEvaluation | undefined {
  const others = models.filter(({ name }) => name !== 'persistence')
  return others.find(({ name }) => name === choice) ?? sortModels(others, { by: 'skill', isDescending: true })[0]
}

export function selectSeries(evaluation: Evaluation, chart: Chart, choice: ModelChoice): ModelSeries[] {
  const { series } = evaluation.windows
  if (chart === 'skill') return series.map((model) => ({ name: model.name, values: model.skill_so_far }))
  const challenger = findChallenger(evaluation, choice)?.name
  return series
    .filter(({ name }) => name === challenger || name === 'persistence')
    .map((model) => ({ name: model.name, values: model.absolute_error }))
}
