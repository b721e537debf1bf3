import type { Bar, Forecast, ForecastStep, Predictions, Result } from '@/api/gen/types.gen'

/** The model's estimate of a session's close from its open, high and low. */
interface Estimate {
  predicted: number
  lower: number | null
  upper: number | null
  error: number
}

/** The bar of one session with its estimate or forecast. */
export interface Row {
  session: string
  /** Null for a future session. */
  bar: Bar | null
  /** The close minus the previous close. */
  change: number | null
  estimate: Estimate | null
  step: ForecastStep | null
}

function indexEstimates({ session: sessions, actual, predicted, lower, upper }: Predictions): Map<string, Estimate> {
  const estimates = sessions.flatMap((session, i): [string, Estimate][] => {
    const actualClose = actual[i]
    const predictedClose = predicted[i]
    if (actualClose === undefined || predictedClose === undefined) return []
    const error = predictedClose - actualClose
    return [[session, { predicted: predictedClose, lower: lower?.[i] ?? null, upper: upper?.[i] ?? null, error }]]
  })
  return new Map(estimates)
}

/** Builds one row per bar, then one per future session, ascending. */
export function toRows(bars: readonly Bar[], result: Result | undefined, forecast: Forecast | undefined): Row[] {
  const estimates = result === undefined ? new Map<string, Estimate>() : indexEstimates(result.predictions)
  const steps = forecast?.steps ?? []
  const stepAt = new Map(steps.map((step) => [step.session, step]))
  const last = bars.at(-1)?.session ?? ''
  let before: number | null = null
  const history = bars.map((bar): Row => {
    const { session, close } = bar
    const change = close === null || before === null ? null : close - before
    before = close ?? before
    return { session, bar, change, estimate: estimates.get(session) ?? null, step: stepAt.get(session) ?? null }
  })
  const coming = steps.filter(({ session }) => session > last)
  return [...history, ...coming.map((step) => ({ session: step.session, bar: null, change: null, estimate: null, step }))]
}
