import type { Result } from '@/api/gen/types.gen'
import { Tooltip } from '@/components/tooltip'
import { count, percent } from '@/lib/format'
import { NO_CHANGE } from '@/lib/no-change'
import { usePriceFormat } from '@/lib/price-format'

const CLOSE_TO_THE_EDGES = { low: 0.1, high: 0.99 } as const

function formatSkill(skill: number): string {
  const size = Math.abs(skill)
  return percent(size, size < CLOSE_TO_THE_EDGES.low || size > CLOSE_TO_THE_EDGES.high ? 1 : 0)
}

interface ComparisonProps {
  skill: number | null
  rival: string
  explanation: string
  /** Whether chance explains that the error is smaller. */
  isByChance?: boolean
}

function Comparison({ skill, rival, explanation, isByChance = false }: ComparisonProps) {
  const name = <Tooltip explanation={explanation}>{rival}</Tooltip>
  if (skill === null) {
    return (
      <p className="verdict verdict-none">
        <span>Nothing to beat: {name} makes no error</span>
      </p>
    )
  }
  if (skill > 0) {
    return (
      <p className={isByChance ? 'verdict verdict-none' : 'verdict'}>
        <strong>{formatSkill(skill)}</strong>{' '}
        <span>
          smaller error than {name}
          {isByChance && ', which may be chance'}
        </span>
      </p>
    )
  }
  return (
    <p className="verdict verdict-none">
      <strong>{skill === 0 ? 'Same' : formatSkill(skill)}</strong>{' '}
      <span>
        {skill === 0 ? 'error' : 'larger error'}: no better than {name}
      </span>
    </p>
  )
}

export function Verdicts({ result }: { result: Result }) {
  const { metrics, baseline, fixed_formula: formula, interval, split } = result
  const sessions = count(split.test.bars)
  const { price } = usePriceFormat()
  return (
    <div className="verdicts">
      <Comparison
        skill={result.skill}
        rival="assuming no change"
        explanation={
          `${NO_CHANGE} It is off by ${price(baseline.mae)} on average, ` +
          `the model by ${price(metrics.mae)}, on the same ${sessions} sessions.`
        }
      />
      <Comparison
        skill={result.fixed_formula_skill}
        rival="a fixed formula"
        isByChance={result.warnings.some(({ code }) => code === 'formula_by_chance')}
        explanation={
          `0.8 × (high + low) − 0.6 × open, which learns nothing, is off by ${price(formula.mae)} on average, ` +
          `the model by ${price(metrics.mae)}. This is the fair comparison: both know that day’s open, high and low.`
        }
      />
      {interval === null ? (
        <p className="verdict verdict-none">Too few sessions for intervals</p>
      ) : (
        <p className="verdict">
          <span>{interval.level} % intervals held</span> <strong>{percent(interval.coverage, 1)}</strong>
        </p>
      )}
    </div>
  )
}
