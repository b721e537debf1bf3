import type { Evaluation, Forecast, SkillEstimate } from './gen/types.gen'
import type { ModelName } from './request-types'

/** What is known about a model beside no change; the same rule for headlines and rows. */
export type Standing = 'baseline' | 'better' | 'may_be_chance' | 'no_better' | 'unknown'

export const STANDINGS: Record<Standing, string> = {
  baseline: 'by definition',
  better: 'was better',
  may_be_chance: 'may be chance',
  no_better: 'no better',
  unknown: 'too early to tell',
}

export interface NamedSkill {
  name: ModelName
  skill: SkillEstimate
}

/** The best of several looks good by chance, so a model of several is better only if one of them passes that test. */
export function classifySkill({ name, skill: { outcome } }: NamedSkill, isAnyBetter: boolean): Standing {
  if (name === 'persistence') return 'baseline'
  if (outcome === 'better') return isAnyBetter ? 'better' : 'may_be_chance'
  return outcome === 'too_early' ? 'unknown' : 'no_better'
}

/** Whether `auto` found a model better than no change, or the one that was asked for is. */
export function isAnyBetter({ model, skill, choice }: Forecast): boolean {
  return choice.asked_for === 'auto' ? model.name !== 'persistence' : skill.is_better
}

/** Whether a model passed the test for the best of several. */
export function hasWinner({ best }: Evaluation): boolean {
  return best !== 'persistence'
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
