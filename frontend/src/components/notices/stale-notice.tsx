import type { ProblemError } from '@/api/problem'
import { timeOfDay } from '@/lib/time-of-day'

/** What is shown is kept when it cannot be asked for anew; this says so. */
export function StaleNotice({ problem, since }: { problem: ProblemError; since: number }) {
  return (
    <p className="fine-print" role="status">
      Shown as of {timeOfDay(since)}; it could not be asked for anew. {problem.title}.
    </p>
  )
}
