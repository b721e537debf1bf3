import type { ProblemError } from '@/api/problem'
import { timeOfDay } from '@/lib/time-of-day'

/** Says that the data shown could not be refreshed. */
export function StaleNotice({ problem, since }: { problem: ProblemError; since: number }) {
  return (
    <p className="fine-print" role="status">
      Shown as of {timeOfDay(since)}; it could not be asked for anew. {problem.title}.
    </p>
  )
}
