import type { ForecastStep } from '@/api/gen/types.gen'

/** Whether the session of a step was before today, in UTC. */
export function hasPassed({ session }: ForecastStep): boolean {
  return session < new Date().toISOString().slice(0, 10)
}
