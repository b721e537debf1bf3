import type { Result } from '@/api/gen/types.gen'
import { count, percent, price } from '@/lib/format'

function Held({ interval, sessions }: { interval: NonNullable<Result['interval']>; sessions: number }) {
  return (
    <>
      <p className="verdict">
        {interval.level} % intervals held {percent(interval.coverage)} of the time
      </p>
      <p>
        {count(Math.round(interval.coverage * sessions))} of {count(sessions)} closes lay in the interval around their
        prediction. On average it is {price(interval.mean_width)} wide.
      </p>
    </>
  )
}

export function IntervalStatement({ result: { interval, split } }: { result: Result }) {
  return (
    <section aria-labelledby="interval-heading">
      <h3 id="interval-heading" className="eyebrow">
        Can its intervals be trusted?
      </h3>
      {interval === null ? (
        <p className="verdict verdict-none">There are too few sessions for intervals</p>
      ) : (
        <Held interval={interval} sessions={split.test.bars} />
      )}
    </section>
  )
}
