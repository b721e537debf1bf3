import type { ExpectedRange } from '@/api/gen/types.gen'
import { count, percent } from '@/lib/format'

/** Says how far low and high will typically be apart in the sessions ahead, and how well that was known before. */
export function ExpectedRanges({ ranges }: { ranges: readonly ExpectedRange[] }) {
  return ranges.map(({ horizon, sentence, record }) => (
    <p key={horizon} className="fine-print">
      {sentence} Such a range held {percent(record.coverage)} of the last {count(record.windows)} times.
    </p>
  ))
}
