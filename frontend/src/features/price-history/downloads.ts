import type { Forecast } from '@/api/gen/types.gen'
import { downloadCsv, downloadPng } from '@/lib/download'
import { session } from '@/lib/format'
import type { ChartHandle } from './chart/chart-handle'
import type { Row } from './rows'

const COLUMNS = [
  ...['session', 'open', 'high', 'low', 'close', 'volume'],
  ...['past_forecast', 'past_lower', 'past_upper'],
  ...['forecast', 'forecast_lower', 'forecast_upper', 'persistence'],
]

export interface Picture {
  symbol: string
  isAdjusted: boolean
  revision: string
  rows: readonly Row[]
  forecast: Forecast | undefined
}

function selectVisible(chart: ChartHandle, rows: readonly Row[]): readonly Row[] {
  const { first, last } = chart.visibleSessions()
  return rows.slice(Math.max(0, first), Math.max(0, last + 1)).filter(({ isMissing }) => !isMissing)
}

function buildFileName({ symbol, isAdjusted, revision }: Picture, visible: readonly Row[], extension: string): string {
  const prices = isAdjusted ? `${symbol}-adjusted` : symbol
  return [prices, visible.at(0)?.session, visible.at(-1)?.session, revision].join('_') + `.${extension}`
}

/** Saves the visible sessions. Past and current forecasts have separate columns. */
export function saveCsv(chart: ChartHandle, picture: Picture): void {
  const visible = selectVisible(chart, picture.rows)
  const lines = visible.map(({ session: day, bar, past, step }) => [
    ...[day, bar?.open, bar?.high, bar?.low, bar?.close, bar?.volume],
    ...[past?.point, past?.lower, past?.upper],
    ...[step?.point, step?.lower, step?.upper, step === null ? null : picture.forecast?.last_close],
  ])
  downloadCsv(
    buildFileName(picture, visible, 'csv'),
    COLUMNS,
    lines.map((cells) => cells.map((cell) => cell ?? null)),
  )
}

export function savePng(chart: ChartHandle, picture: Picture): void {
  const { symbol, isAdjusted, revision, rows, forecast } = picture
  const visible = selectVisible(chart, rows)
  const [first, last] = [visible.at(0)?.session ?? '', visible.at(-1)?.session ?? '']
  downloadPng(buildFileName(picture, visible, 'png'), chart.picture(), [
    `${symbol}, ${session(first)} to ${session(last)}, ${isAdjusted ? 'adjusted for splits and dividends' : 'unadjusted'}`,
    forecast === undefined ? 'No forecast.' : `Forecast: ${forecast.verdict}`,
    `Data revision: ${revision}. Not investment advice.`,
  ])
}
