import type { Forecast } from '@/api/gen/types.gen'
import { downloadCsv, downloadPng } from '@/lib/download'
import { session } from '@/lib/format'
import type { ChartHandle } from './chart/chart-handle'
import type { Row } from './rows'

const COLUMNS = [
  ...['session', 'open', 'high', 'low', 'close', 'volume'],
  ...['predicted', 'lower', 'upper'],
  ...['forecast', 'forecast_lower', 'forecast_upper', 'persistence'],
]

export interface Picture {
  symbol: string
  isAdjusted: boolean
  revision: string
  rows: readonly Row[]
  forecast: Forecast | undefined
}

function seenBy(chart: ChartHandle, rows: readonly Row[]): readonly Row[] {
  const { first, last } = chart.seen()
  return rows.slice(Math.max(0, first), Math.max(0, last + 1))
}

function nameOf({ symbol, isAdjusted, revision }: Picture, seen: readonly Row[], extension: string): string {
  const prices = isAdjusted ? `${symbol}-adjusted` : symbol
  return [prices, seen.at(0)?.session, seen.at(-1)?.session, revision].join('_') + `.${extension}`
}

/** The sessions that are seen. What looks back and what looks ahead have columns of their own. */
export function saveCsv(chart: ChartHandle, picture: Picture): void {
  const seen = seenBy(chart, picture.rows)
  const lines = seen.map(({ session: day, bar, estimate, step }) => [
    ...[day, bar?.open, bar?.high, bar?.low, bar?.close, bar?.volume],
    ...[estimate?.predicted, estimate?.lower, estimate?.upper],
    ...[step?.point, step?.lower, step?.upper, step === null ? null : picture.forecast?.last_close],
  ])
  downloadCsv(
    nameOf(picture, seen, 'csv'),
    COLUMNS,
    lines.map((cells) => cells.map((cell) => cell ?? null)),
  )
}

export function savePng(chart: ChartHandle, picture: Picture): void {
  const { symbol, isAdjusted, revision, rows, forecast } = picture
  const seen = seenBy(chart, rows)
  const [first, last] = [seen.at(0)?.session ?? '', seen.at(-1)?.session ?? '']
  downloadPng(nameOf(picture, seen, 'png'), chart.picture(), [
    `${symbol}, ${session(first)} to ${session(last)}, ${isAdjusted ? 'adjusted for splits and dividends' : 'as traded'}`,
    forecast === undefined ? 'There is no forecast.' : `Forecast: ${forecast.verdict}`,
    `Revision of the data: ${revision}. Not investment advice.`,
  ])
}
