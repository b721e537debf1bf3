import type { Bar, Forecast, ForecastStep, Predictions, Result } from '@/api/gen/types.gen'

/** What the model says the close of a session was, from its Open, High and Low. */
interface Estimate {
  predicted: number
  lower: number | null
  upper: number | null
  error: number
}

/** All that is known or said of one session. */
export interface Row {
  session: string
  /** Null for a session to come. */
  bar: Bar | null
  /** The close minus the last one known before it. */
  change: number | null
  estimate: Estimate | null
  step: ForecastStep | null
}

function estimatesOf({ session: sessions, actual, predicted, lower, upper }: Predictions): Map<string, Estimate> {
  const estimates = sessions.flatMap((session, i): [string, Estimate][] => {
    const was = actual[i]
    const said = predicted[i]
    if (was === undefined || said === undefined) return []
    return [[session, { predicted: said, lower: lower?.[i] ?? null, upper: upper?.[i] ?? null, error: said - was }]]
  })
  return new Map(estimates)
}

/** One row for each bar, then one for each session to come, ascending. */
export function toRows(bars: readonly Bar[], result: Result | undefined, forecast: Forecast | undefined): Row[] {
  const estimates = result === undefined ? new Map<string, Estimate>() : estimatesOf(result.predictions)
  const steps = forecast?.steps ?? []
  const stepAt = new Map(steps.map((step) => [step.session, step]))
  const last = bars.at(-1)?.session ?? ''
  let before: number | null = null
  const known = bars.map((bar): Row => {
    const { session, close } = bar
    const change = close === null || before === null ? null : close - before
    before = close ?? before
    return { session, bar, change, estimate: estimates.get(session) ?? null, step: stepAt.get(session) ?? null }
  })
  const coming = steps.filter(({ session }) => session > last)
  return [...known, ...coming.map((step) => ({ session: step.session, bar: null, change: null, estimate: null, step }))]
}
