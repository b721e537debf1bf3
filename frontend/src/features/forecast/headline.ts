import type { Forecast, SkillEstimate } from '@/api/gen/types.gen'

export type Standing = 'better' | 'no_better' | 'nothing' | 'unknown'

/** Selects the skill that the verdict refers to: the model's, or that of the best other model if auto chose persistence. */
export function selectHeadline({ skill, model, choice: { asked_for, candidates } }: Forecast): SkillEstimate {
  if (asked_for !== 'auto' || model.name !== 'persistence') return skill
  const others = candidates.filter((candidate) => candidate.name !== 'persistence' && candidate.skill.skill !== null)
  const [first, ...rest] = others.map((candidate) => candidate.skill)
  if (first === undefined) return skill
  return rest.reduce((best, other) => ((other.skill ?? 0) > (best.skill ?? 0) ? other : best), first)
}

export function classifyStanding({ skill, choice: { asked_for } }: Forecast, headline: SkillEstimate): Standing {
  if (skill.is_better) return 'better'
  if (asked_for === 'persistence') return 'nothing'
  return headline.lower === null ? 'unknown' : 'no_better'
}
