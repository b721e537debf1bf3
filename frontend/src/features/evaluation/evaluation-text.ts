import type { ModelEvaluation } from '@/api/gen/types.gen'
import { count as figure, modelName } from '@/lib/format'

export function formatCount(n: number, noun: string): string {
  return `${figure(n)} ${noun}${n === 1 ? '' : 's'}`
}

export function formatHorizon(horizon: number): string {
  return `${formatCount(horizon, 'session')} ahead`
}

/** Describes the skill of a model in words. */
export function describeStanding({ name, skill: { upper, is_better } }: Pick<ModelEvaluation, 'name' | 'skill'>): string {
  if (name === 'persistence') return 'doing nothing'
  if (is_better) return 'better than doing nothing'
  if (upper === null) return 'too few windows to say'
  return upper < 0 ? 'worse than doing nothing' : 'no better than doing nothing'
}

export function seriesName(name: ModelEvaluation['name']): string {
  return name === 'persistence' ? 'doing nothing' : modelName(name)
}
