import type { Result } from '@/api/gen/types.gen'
import { count, percent, price } from '@/lib/format'

const CLOSE_TO_THE_EDGES = { low: 0.1, high: 0.99 } as const

function share(skill: number): string {
  const size = Math.abs(skill)
  return percent(size, size < CLOSE_TO_THE_EDGES.low || size > CLOSE_TO_THE_EDGES.high ? 1 : 0)
}

function Verdict({ skill }: { skill: number | null }) {
  if (skill === null) {
    return <p className="verdict verdict-none">There is nothing to beat: doing nothing makes no error</p>
  }
  if (skill > 0) {
    return (
      <p className="verdict verdict-better">
        <strong>{share(skill)}</strong> smaller error than doing nothing
      </p>
    )
  }
  return (
    <>
      <p className="verdict verdict-none">No better than doing nothing</p>
      <p>{skill === 0 ? 'Both errors are the same.' : `The model’s error is ${share(skill)} larger.`}</p>
    </>
  )
}

export function SkillStatement({ result: { skill, metrics, baseline, split } }: { result: Result }) {
  return (
    <section className="skill" aria-labelledby="skill-heading">
      <h3 id="skill-heading" className="eyebrow">
        Does it beat doing nothing?
      </h3>
      <Verdict skill={skill} />
      <p>
        Doing nothing – taking yesterday’s close – is off by {price(baseline.mae)} on average; the model by{' '}
        {price(metrics.mae)}, on the same {count(split.test.bars)} sessions.
      </p>
    </section>
  )
}
