import type { Forecast, Result } from '@/api/gen/types.gen'
import { count, difference, price, session, signedPercent } from '@/lib/format'
import type { Row } from './rows'

export interface Figure {
  name: string
  value: string
}

function formatChange({ bar, change }: Row): string {
  const close = bar?.close ?? null
  if (change === null || close === null) return '–'
  return `${difference(change)} (${signedPercent(change / (close - change))})`
}

function formatInterval(level: number, { lower, upper }: { lower: number | null; upper: number | null }): Figure {
  return { name: `${String(level)} % interval`, value: `${price(lower)} to ${price(upper)}` }
}

/** Formats the prices and the volume of a session. */
export function formatTrade(row: Row): Figure[] {
  const { bar } = row
  if (bar === null) return []
  return [
    { name: 'Open', value: price(bar.open) },
    { name: 'High', value: price(bar.high) },
    { name: 'Low', value: price(bar.low) },
    { name: 'Close', value: price(bar.close) },
    { name: 'Change', value: formatChange(row) },
    ...(bar.volume == null ? [] : [{ name: 'Volume', value: count(bar.volume) }]),
  ]
}

/** Formats the forecast or the same-day prediction for a session. */
export function formatPrediction(
  { estimate, step }: Row,
  result: Result | undefined,
  forecast: Forecast | undefined,
): Figure[] {
  if (step !== null && forecast !== undefined) {
    return [
      { name: 'Forecast', value: price(step.point) },
      { name: 'No change', value: price(forecast.last_close) },
      formatInterval(forecast.level, step),
    ]
  }
  if (estimate === null) return []
  const level = result?.interval?.level
  return [
    { name: 'Predicted', value: price(estimate.predicted) },
    { name: 'Error', value: difference(estimate.error) },
    ...(level === undefined ? [] : [formatInterval(level, estimate)]),
  ]
}

/** Explains why there is no prediction for a session. */
export function explainMissingPrediction(row: Row, result: Result | undefined): string {
  return result !== undefined && row.session < result.split.test.first_session
    ? 'Training session: the model is not tested on it.'
    : 'No prediction for this session.'
}

function describeHistory(rows: readonly Row[]): string {
  const closes = rows.flatMap(({ bar }) => (bar?.close == null ? [] : [bar.close]))
  const [first, last] = [closes.at(0), closes.at(-1)]
  const known = rows.filter(({ bar }) => bar !== null)
  const [from, to] = [known.at(0), known.at(-1)]
  if (from === undefined || to === undefined) return 'No sessions.'
  if (first === undefined || last === undefined) return 'No session has a close.'
  const [lowest, highest] = [closes.reduce((a, b) => Math.min(a, b)), closes.reduce((a, b) => Math.max(a, b))]
  return (
    `${count(known.length)} sessions from ${session(from.session)} to ${session(to.session)}: the close went from ` +
    `${price(first)} to ${price(last)}, between ${price(lowest)} and ${price(highest)}.`
  )
}

function describePredictions(rows: readonly Row[], result: Result): string {
  const measureError = ({ estimate }: Row): number => Math.abs(estimate?.error ?? 0)
  const worst = rows.reduce<Row | undefined>(
    (a, b) => (a !== undefined && measureError(a) >= measureError(b) ? a : b),
    undefined,
  )
  const start = `Same-day predictions start on ${session(result.split.test.first_session)}.`
  if (worst === undefined) return start
  return `${start} Their largest error is ${price(measureError(worst))}, on ${session(worst.session)}.`
}

function describeForecast({ steps, level, last_close }: Forecast): string {
  const last = steps.at(-1)
  if (last === undefined) return ''
  return (
    `The forecast for ${session(last.session)} is ${price(last.point)}, with a ${String(level)} % interval from ` +
    `${price(last.lower)} to ${price(last.upper)}; no change would be ${price(last_close)}.`
  )
}

/** Describes the chart as a paragraph. */
export function describeChart(rows: readonly Row[], result: Result | undefined, forecast: Forecast | undefined): string {
  return [
    describeHistory(rows),
    result === undefined ? 'No same-day predictions.' : describePredictions(rows, result),
    forecast === undefined ? 'No forecast.' : describeForecast(forecast),
  ].join(' ')
}
