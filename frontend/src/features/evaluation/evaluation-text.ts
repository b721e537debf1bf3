import type { ModelEvaluation } from '@/api/gen/types.gen'
import { count as figure } from '@/lib/format'

export function formatCount(n: number, noun: string): string {
  return `${figure(n)} ${noun}${n === 1 ? '' : 's'}`
}

export function formatHorizon(horizon: number): string {
  return `${formatCount(horizon, 'session')} ahead`
}

/** Describes the skill of a model, compared with no change. */
export function describeStanding({ name, skill: { upper, is_better } }: Pick<ModelEvaluation, 'name' | 'skill'>): string {
  if (name === 'persistence') return 'by definition'
  if (is_better) return 'better'
  if (upper === null) return 'too few windows to say'
  return upper < 0 ? 'worse' : 'no better'
}
