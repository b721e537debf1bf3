import type { Bar, Forecast, ForecastStep } from '@/api/gen/types.gen'
import type { PastForecast } from './past-forecasts'
import type { Slot } from './slots'

/** One session with its bar and what was or is forecast for it. */
export interface Row {
  session: string
  /** Null for a missing or a future session. */
  bar: Bar | null
  /** Whether the session is over and has no bar. */
  isMissing: boolean
  /** The close minus the previous close. */
  change: number | null
  /** The session of the previous close if sessions between are missing. */
  changeSince: string | null
  /** Whether the change is a jump as in a split. */
  isJump: boolean
  /** What was forecast for the session in the walk-forward test. */
  past: PastForecast | null
  step: ForecastStep | null
}

interface Previous {
  session: string
  close: number
}

const NO_JUMPS: ReadonlySet<string> = new Set()
const NOTHING = { bar: null, isMissing: false, change: null, changeSince: null, isJump: false, past: null } as const

/** Builds one row per slot, then one per future session, ascending. */
export function toRows(
  slots: readonly Slot[],
  pastForecasts: readonly PastForecast[],
  forecast: Forecast | undefined,
  jumps: ReadonlySet<string> = NO_JUMPS,
): Row[] {
  const pastAt = new Map(pastForecasts.map((past) => [past.session, past]))
  const steps = forecast?.steps ?? []
  const stepAt = new Map(steps.map((step) => [step.session, step]))
  let previous: Previous | null = null
  let isAfterGap = false
  const history = slots.map(({ session, bar }): Row => {
    const close = bar?.close ?? null
    const change = close === null || previous === null ? null : close - previous.close
    const changeSince = change !== null && isAfterGap ? (previous?.session ?? null) : null
    if (close !== null) previous = { session, close }
    isAfterGap = bar === null || (isAfterGap && close === null)
    const [past, step] = [pastAt.get(session) ?? null, stepAt.get(session) ?? null]
    return { session, bar, isMissing: bar === null, change, changeSince, isJump: jumps.has(session), past, step }
  })
  const last = slots.at(-1)?.session ?? ''
  const coming = steps.filter(({ session }) => session > last)
  return [...history, ...coming.map((step) => ({ ...NOTHING, session: step.session, step }))]
}
