import type { ProblemError } from '@/api/problem'
import { timeOfDay } from '@/lib/time-of-day'

/** A note that the data shown could not be refreshed. */
export function StaleNotice({ problem, since }: { problem: ProblemError; since: number }) {
  return (
    <p className="fine-print" role="status">
      Last updated {timeOfDay(since)}; could not be refreshed. {problem.title}.
    </p>
  )
}
