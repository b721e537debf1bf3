import type { RankedRange } from '@/api/gen/types.gen'
import { Panel } from '@/components/panel'
import { computeReach, SkillPicture } from '@/components/skill-picture'
import { formatCount, percent, skillEstimate } from '@/lib/format'

interface RangeSkillProps {
  range: RankedRange | null
  horizon: number
}

interface SkillFactProps {
  name: string
  against: string
  estimate: Parameters<typeof skillEstimate>[0]
}

function SkillFact({ name, against, estimate }: SkillFactProps) {
  const { value, range: ends } = skillEstimate(estimate)
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <SkillPicture estimate={estimate} reach={computeReach([estimate])} />
      </dd>
      <dd className="fine-print">
        against {against}
        {ends === null ? '' : `; 95 % CI ${ends}`}
      </dd>
    </div>
  )
}

function Facts({ range, horizon }: { range: RankedRange; horizon: number }) {
  const { skill_over_mean: overMean, lower_over_mean: lower = null, upper_over_mean: upper = null } = range
  const { coverage, n_symbols: nSymbols } = range
  const before = horizon === 1 ? 'the last session' : `the last ${String(horizon)} sessions`
  return (
    <dl className="luck-facts">
      <SkillFact name="Skill over “as last time”" against={`the range of ${before}`} estimate={range} />
      <SkillFact
        name="Skill over the mean"
        against="the mean of a year’s ranges"
        estimate={{ skill: overMean, lower, upper }}
      />
      <div>
        <dt>Coverage</dt>
        <dd>{percent(coverage, 1)}</dd>
        <dd className="fine-print">of the ranges of {formatCount(nSymbols, 'symbol')} lay inside the 80 % band</dd>
      </div>
    </dl>
  )
}

function explainNone(horizon: number): string {
  const isOffered = horizon === 1 || horizon === 5
  return isOffered ? 'Too few symbols have bars with a high and a low.' : 'Forecast for 1 and 5 sessions ahead only.'
}

/** The expected range over all symbols. */
export function RangeSkill({ range, horizon }: RangeSkillProps) {
  return (
    <Panel id="range-heading" title="Expected range: how far prices move, not where">
      {range === null ? <p>{explainNone(horizon)}</p> : <Facts range={range} horizon={horizon} />}
    </Panel>
  )
}
