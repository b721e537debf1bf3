import type { ProblemError } from './problem'

const FIRST_SECONDS = 3
const MOST_SECONDS = 30

export function secondsUntilRetry(problem: ProblemError, failures: number): number | null {
  if (!problem.retryable) return null
  const doubled = FIRST_SECONDS * 2 ** Math.max(0, failures - 1)
  return Math.max(problem.retryAfterSeconds ?? 0, Math.min(doubled, MOST_SECONDS))
}
