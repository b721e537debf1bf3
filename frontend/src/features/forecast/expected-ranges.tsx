import type { ExpectedRange } from '@/api/gen/types.gen'
import { count, percent } from '@/lib/format'

const describeRecord = ({ record }: ExpectedRange): string =>
  `Such a range held ${percent(record.coverage)} of the last ${count(record.windows)} times.`

/** Says how far low and high will typically be apart in the sessions ahead, and how well that was known before. */
export function ExpectedRanges({ ranges: [first, ...others] }: { ranges: readonly ExpectedRange[] }) {
  if (first === undefined) return null
  return (
    <details className="reason">
      <summary>{first.sentence}</summary>
      <p>{describeRecord(first)}</p>
      {others.map((range) => (
        <p key={range.horizon}>
          {range.sentence} {describeRecord(range)}
        </p>
      ))}
    </details>
  )
}
