import type { RankedRange } from '@/api/gen/types.gen'
import { Panel } from '@/components/panel'
import { computeReach, SkillPicture } from '@/components/skill-picture'
import { formatCount, percent, skillEstimate } from '@/lib/format'

interface RangeSkillProps {
  range: RankedRange | null
  horizon: number
}

function Facts({ range, horizon }: { range: RankedRange; horizon: number }) {
  const { skill, lower, upper, skill_over_mean: overMean, coverage, n_symbols: nSymbols } = range
  const { value, range: ends } = skillEstimate({ skill, lower, upper })
  const before = horizon === 1 ? 'the last session' : `the last ${String(horizon)} sessions`
  return (
    <dl className="luck-facts">
      <div>
        <dt>Skill over “as last time”</dt>
        <dd>
          {value}
          <SkillPicture estimate={{ skill, lower, upper }} reach={computeReach([{ skill, lower, upper }])} />
        </dd>
        <dd className="fine-print">
          against the range of {before}
          {ends === null ? '' : `; 95 % CI ${ends}`}
        </dd>
      </div>
      <div>
        <dt>Skill over the mean</dt>
        <dd>{skillEstimate({ skill: overMean, lower: null, upper: null }).value}</dd>
        <dd className="fine-print">against the mean of past ranges</dd>
      </div>
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
