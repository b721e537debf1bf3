import type { Forecast } from '@/api/gen/types.gen'
import { count, formatCount, session, signedPercent } from '@/lib/format'
import type { Gap } from '@/lib/gaps'
import type { PriceFormat } from '@/lib/price-format'
import { isMiss } from './past-forecasts'
import type { Row } from './rows'

export interface Figure {
  name: string
  value: string
}

/** What the texts of a chart need besides its rows. */
export interface ChartContext {
  forecast: Forecast | undefined
  /** How many sessions before the past forecasts were given. */
  horizon: number
  /** The level of their intervals, in percent. */
  level: number
  format: PriceFormat
}

function formatChange({ bar, change, changeSince, isJump }: Row, { difference }: PriceFormat): string {
  const close = bar?.close ?? null
  if (change === null || close === null) return '–'
  const since = changeSince === null ? '' : ` since ${session(changeSince)}`
  const jump = isJump ? ', a jump as in a split' : ''
  return `${difference(change)} (${signedPercent(change / (close - change))})${since}${jump}`
}

function formatOutcome(close: number | null | undefined, { lower, upper }: { lower: number; upper: number }): Figure[] {
  if (close == null) return []
  return [{ name: 'Close', value: close >= lower && close <= upper ? 'inside' : 'outside' }]
}

/** Formats the prices and the volume of a session. */
export function formatTrade(row: Row, format: PriceFormat): Figure[] {
  const { bar } = row
  if (bar === null) return []
  return [
    { name: 'Open', value: format.price(bar.open) },
    { name: 'High', value: format.price(bar.high) },
    { name: 'Low', value: format.price(bar.low) },
    { name: 'Close', value: format.price(bar.close) },
    { name: 'Change', value: formatChange(row, format) },
    ...(bar.volume == null ? [] : [{ name: 'Volume', value: count(bar.volume) }]),
  ]
}

/** Formats the forecast for a session, or the one that was given for it. */
export function formatForecast({ bar, past, step }: Row, context: ChartContext): Figure[] {
  const { forecast, horizon, format } = context
  const { price } = format
  if (step !== null && forecast !== undefined) {
    return [
      { name: 'Forecast', value: price(step.point) },
      { name: 'No change', value: price(forecast.last_close) },
      { name: `${String(forecast.level)} % interval`, value: `${price(step.lower)} to ${price(step.upper)}` },
      ...formatOutcome(bar?.close, step),
    ]
  }
  if (past === null) return []
  const range = { name: `${formatCount(horizon, 'session')} before`, value: `${price(past.lower)} to ${price(past.upper)}` }
  return [range, ...formatOutcome(past.actual, past)]
}

function describeHistory(rows: readonly Row[], { price }: PriceFormat): string {
  const known = rows.filter(({ bar }) => bar !== null)
  const [from, to] = [known.at(0), known.at(-1)]
  if (from === undefined || to === undefined) return 'No sessions.'
  const closes = rows.flatMap(({ bar }) => (bar?.close == null ? [] : [bar.close]))
  const [first, last] = [closes.at(0), closes.at(-1)]
  if (first === undefined || last === undefined) return 'No session has a close.'
  const [lowest, highest] = [closes.reduce((a, b) => Math.min(a, b)), closes.reduce((a, b) => Math.max(a, b))]
  return (
    `${formatCount(known.length, 'session')} from ${session(from.session)} to ${session(to.session)}: the close went from ` +
    `${price(first)} to ${price(last)}, between ${price(lowest)} and ${price(highest)}.`
  )
}

function describeGaps(gaps: readonly Gap[]): string {
  return gaps.map(({ after, before }) => ` No bars between ${session(after)} and ${session(before)}.`).join('')
}

function describePastForecasts(rows: readonly Row[], { horizon, level }: ChartContext): string {
  const pasts = rows.flatMap(({ past }) => past ?? [])
  if (pasts.length === 0) return ''
  const misses = count(pasts.filter(isMiss).length)
  return ` Of ${count(pasts.length)} past ${String(level)} % ranges, given ${formatCount(horizon, 'session')} before, ${misses} missed.`
}

function describeForecast({ forecast, format: { price } }: ChartContext): string {
  const last = forecast?.steps.at(-1)
  if (forecast === undefined || last === undefined) return ' No forecast.'
  return (
    ` The forecast for ${session(last.session)} is ${price(last.point)}, with a ${String(forecast.level)} % interval from ` +
    `${price(last.lower)} to ${price(last.upper)}; no change would be ${price(forecast.last_close)}.`
  )
}

/** Describes the chart as a paragraph. */
export function describeChart(rows: readonly Row[], gaps: readonly Gap[], context: ChartContext): string {
  return [
    describeHistory(rows, context.format),
    describeGaps(gaps),
    describePastForecasts(rows, context),
    describeForecast(context),
  ].join('')
}
