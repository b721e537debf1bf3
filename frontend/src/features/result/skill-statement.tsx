import type { ReactNode } from 'react'
import type { Result } from '@/api/gen/types.gen'
import { count, percent, price } from '@/lib/format'

const CLOSE_TO_THE_EDGES = { low: 0.1, high: 0.99 } as const

function share(skill: number): string {
  const size = Math.abs(skill)
  return percent(size, size < CLOSE_TO_THE_EDGES.low || size > CLOSE_TO_THE_EDGES.high ? 1 : 0)
}

function Verdict({ skill, rival }: { skill: number | null; rival: string }) {
  if (skill === null) {
    return <p className="verdict verdict-none">There is nothing to beat: {rival} makes no error</p>
  }
  if (skill > 0) {
    return (
      <p className="verdict">
        <strong>{share(skill)}</strong> smaller error than {rival}
      </p>
    )
  }
  return (
    <>
      <p className="verdict verdict-none">No better than {rival}</p>
      <p>{skill === 0 ? 'Both errors are the same.' : `The model’s error is ${share(skill)} larger.`}</p>
    </>
  )
}

interface ComparisonProps {
  id: string
  question: string
  rival: string
  skill: number | null
  children: ReactNode
}

function Comparison({ id, question, rival, skill, children }: ComparisonProps) {
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="eyebrow">
        {question}
      </h3>
      <Verdict skill={skill} rival={rival} />
      <p>{children}</p>
    </section>
  )
}

export function SkillStatement({ result }: { result: Result }) {
  const { metrics, baseline, midrange, split } = result
  return (
    <div className="comparisons">
      <Comparison
        id="skill-heading"
        question="Does it beat doing nothing?"
        rival="doing nothing"
        skill={result.skill}
      >
        Doing nothing – taking yesterday’s close – is off by {price(baseline.mae)} on average; the model by{' '}
        {price(metrics.mae)}, on the same {count(split.test.bars)} sessions.
      </Comparison>
      <Comparison
        id="midrange-heading"
        question="Does it beat the middle of the day’s range?"
        rival="the middle of the range"
        skill={result.midrange_skill}
      >
        The middle between the day’s high and low is off by {price(midrange.mae)}. This is the fairer comparison: both
        know that day’s high and low.
      </Comparison>
    </div>
  )
}
