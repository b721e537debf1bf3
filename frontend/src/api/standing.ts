import type { Forecast, SkillEstimate } from './gen/types.gen'
import type { ModelName } from './request-types'

/** What is known about a model compared with no change; the same rule for headlines and rows. */
type Standing = 'baseline' | NonNullable<SkillEstimate['outcome']>

export const STANDINGS: Record<Standing, string> = {
  baseline: 'by definition',
  better: 'was better',
  no_better: 'no better',
  too_early: 'too early to tell',
}

export interface NamedSkill {
  name: ModelName
  skill: SkillEstimate
}

export function classifySkill({ name, skill: { outcome } }: NamedSkill): Standing {
  return name === 'persistence' ? 'baseline' : (outcome ?? 'no_better')
}

/** Selects the skill that the headline is about: the model's, or the best other model's if `auto` chose no change. */
export function selectHeadline({ skill, model, choice: { asked_for, candidates } }: Forecast): NamedSkill {
  const own = { name: model.name, skill }
  if (asked_for !== 'auto' || model.name !== 'persistence') return own
  const others = candidates.filter((candidate) => candidate.name !== 'persistence' && candidate.skill.skill !== null)
  return others.reduce<NamedSkill | undefined>(
    (best, other) => (best !== undefined && (best.skill.skill ?? 0) >= (other.skill.skill ?? 0) ? best : other),
    undefined,
  ) ?? own
}
