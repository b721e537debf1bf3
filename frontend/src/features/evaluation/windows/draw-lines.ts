import { type AutoscaleInfoProvider, type IChartApi, type ISeriesApi, LineSeries, LineStyle } from 'lightweight-charts'
import type { ModelName } from '@/api/request-types'
import { lineName } from '@/features/evaluation/evaluation-text'
import type { Drawing } from '@/lib/chart'
import type { Line } from './lines'

const FEWEST_PIXELS_PER_WINDOW = 0.1
const LABEL_PIXELS = 100
const NARROW = '(max-width: 48rem)'

export interface LineDrawing extends Drawing {
  series: ReadonlyMap<ModelName, ISeriesApi<'Line'>>
  /** From now on, `listener` is called with the number of the window under the pointer. */
  onHover: (listener: (window: number) => void) => void
}

const LOOKS: Record<ModelName, { token: string; lineStyle: LineStyle; lineWidth: 1 | 2 }> = {
  linear_regression: { token: '--series-1', lineStyle: LineStyle.Solid, lineWidth: 2 },
  ridge: { token: '--series-2', lineStyle: LineStyle.Dashed, lineWidth: 2 },
  gradient_boosting: { token: '--series-3', lineStyle: LineStyle.LargeDashed, lineWidth: 2 },
  drift: { token: '--series-4', lineStyle: LineStyle.Dotted, lineWidth: 2 },
  moving_average: { token: '--series-5', lineStyle: LineStyle.SparseDotted, lineWidth: 2 },
  persistence: { token: '--series-6', lineStyle: LineStyle.Solid, lineWidth: 1 },
}

export function drawLines(chart: IChartApi): LineDrawing {
  const hasRoomForLabel = !window.matchMedia(NARROW).matches
  chart.applyOptions({
    timeScale: { minBarSpacing: FEWEST_PIXELS_PER_WINDOW, rightOffsetPixels: hasRoomForLabel ? LABEL_PIXELS : 0 },
  })
  const entries = (Object.keys(LOOKS) as ModelName[]).map((name) => {
    const { lineStyle, lineWidth } = LOOKS[name]
    const isLabelled = name === 'persistence' && hasRoomForLabel
    const options = {
      lineStyle,
      lineWidth,
      priceLineVisible: false,
      lastValueVisible: isLabelled,
      title: isLabelled ? lineName(name) : '',
    }
    return [name, chart.addSeries(LineSeries, options)] as const
  })
  let hover: (window: number) => void = () => undefined
  chart.subscribeCrosshairMove(({ time, logical }) => {
    if (time !== undefined && logical !== undefined) hover(logical)
  })
  return {
    series: new Map(entries),
    onHover: (listener) => {
      hover = listener
    },
    paint: (color) => {
      for (const [name, series] of entries) series.applyOptions({ color: color(LOOKS[name].token) })
    },
  }
}

function within(reach: number | null): AutoscaleInfoProvider {
  const clip = (value: number): number => (reach === null ? value : Math.max(-reach, Math.min(reach, value)))
  return (whole) => {
    const range = whole()?.priceRange ?? null
    return range === null ? null : { priceRange: { minValue: clip(range.minValue), maxValue: clip(range.maxValue) } }
  }
}

/** Shows `lines`, all of them in width and what lies between ±`reach` in height. */
export function showLines(
  chart: IChartApi,
  drawing: LineDrawing,
  sessions: readonly string[],
  lines: readonly Line[],
  reach: number | null,
): void {
  for (const [name, series] of drawing.series) {
    const values = lines.find((line) => line.name === name)?.values ?? []
    series.applyOptions({ autoscaleInfoProvider: within(reach) })
    series.setData(
      values.map((value, i) => {
        const time = sessions[i] ?? ''
        return value === null ? { time } : { time, value }
      }),
    )
  }
  chart.timeScale().fitContent()
}

/** Moves the crosshair there, unless the chart has no room to show anything. */
export function pointAt(chart: IChartApi, { series }: LineDrawing, session: string | undefined): void {
  const line = series.get('persistence')
  const isEmpty = chart.timeScale().getVisibleLogicalRange() === null
  if (line !== undefined && session !== undefined && !isEmpty) chart.setCrosshairPosition(0, session, line)
}
