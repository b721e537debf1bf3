import type { ModelEvaluation } from '@/api/gen/types.gen'
import { count as figure, modelName } from '@/lib/format'

export function count(n: number, noun: string): string {
  return `${figure(n)} ${noun}${n === 1 ? '' : 's'}`
}

export function sessionsAhead(horizon: number): string {
  return `${count(horizon, 'session')} ahead`
}

/** What the skill of a model comes to. */
export function standing({ name, skill: { upper, is_better } }: Pick<ModelEvaluation, 'name' | 'skill'>): string {
  if (name === 'persistence') return 'doing nothing'
  if (is_better) return 'better than doing nothing'
  if (upper === null) return 'too few windows to say'
  return upper < 0 ? 'worse than doing nothing' : 'no better than doing nothing'
}

export function lineName(name: ModelEvaluation['name']): string {
  return name === 'persistence' ? 'doing nothing' : modelName(name)
}
