import { type AutoscaleInfoProvider, type IChartApi, type ISeriesApi, LineSeries, LineStyle } from 'lightweight-charts'
import type { ModelName } from '@/api/request-types'
import { type Drawing, isByPointer } from '@/lib/chart'
import { modelName } from '@/lib/format'
import type { ModelSeries } from './series'

const FEWEST_PIXELS_PER_WINDOW = 0.1
const LABEL_PIXELS = 100
const NARROW = '(max-width: 48rem)'

interface SeriesDrawing extends Drawing {
  series: ReadonlyMap<ModelName, ISeriesApi<'Line'>>
  /** Sets the listener, which is called with the index of the window under the pointer. */
  onHover: (listener: (window: number) => void) => void
}

const STYLES: Record<ModelName, { token: string; lineStyle: LineStyle; lineWidth: 1 | 2 }> = {
  linear_regression: { token: '--series-1', lineStyle: LineStyle.Solid, lineWidth: 2 },
  ridge: { token: '--series-2', lineStyle: LineStyle.Dashed, lineWidth: 2 },
  gradient_boosting: { token: '--series-3', lineStyle: LineStyle.LargeDashed, lineWidth: 2 },
  drift: { token: '--series-4', lineStyle: LineStyle.Dotted, lineWidth: 2 },
  moving_average: { token: '--series-5', lineStyle: LineStyle.SparseDotted, lineWidth: 2 },
  persistence: { token: '--series-6', lineStyle: LineStyle.Solid, lineWidth: 1 },
}

export function drawSeries(chart: IChartApi): SeriesDrawing {
  const hasRoomForLabel = !window.matchMedia(NARROW).matches
  chart.applyOptions({
    timeScale: { minBarSpacing: FEWEST_PIXELS_PER_WINDOW, rightOffsetPixels: hasRoomForLabel ? LABEL_PIXELS : 0 },
  })
  const entries = (Object.keys(STYLES) as ModelName[]).map((name) => {
    const { lineStyle, lineWidth } = STYLES[name]
    const isLabelled = name === 'persistence' && hasRoomForLabel
    const options = {
      lineStyle,
      lineWidth,
      priceLineVisible: false,
      lastValueVisible: isLabelled,
      title: isLabelled ? modelName(name) : '',
    }
    return [name, chart.addSeries(LineSeries, options)] as const
  })
  let hover: (window: number) => void = () => undefined
  chart.subscribeCrosshairMove((moved) => {
    if (isByPointer(moved) && moved.time !== undefined && moved.logical !== undefined) hover(moved.logical)
  })
  return {
    series: new Map(entries),
    onHover: (listener) => {
      hover = listener
    },
    paint: (color) => {
      for (const [name, series] of entries) series.applyOptions({ color: color(STYLES[name].token) })
    },
  }
}

function clipToReach(reach: number | null): AutoscaleInfoProvider {
  const clip = (value: number): number => (reach === null ? value : Math.max(-reach, Math.min(reach, value)))
  return (whole) => {
    const range = whole()?.priceRange ?? null
    return range === null ? null : { priceRange: { minValue: clip(range.minValue), maxValue: clip(range.maxValue) } }
  }
}

/** Shows all windows of the series, and values between ±`reach`. */
export function showSeries(
  chart: IChartApi,
  drawing: SeriesDrawing,
  sessions: readonly string[],
  shown: readonly ModelSeries[],
  reach: number | null,
): void {
  for (const [name, series] of drawing.series) {
    const values = shown.find((line) => line.name === name)?.values ?? []
    series.applyOptions({ autoscaleInfoProvider: clipToReach(reach) })
    series.setData(
      values.map((value, i) => {
        const time = sessions[i] ?? ''
        return value === null ? { time } : { time, value }
      }),
    )
  }
  chart.timeScale().fitContent()
}

/** Moves the crosshair to a session, unless the chart is empty. */
export function moveCrosshair(chart: IChartApi, { series }: SeriesDrawing, session: string | undefined): void {
  const line = series.get('persistence')
  const isEmpty = chart.timeScale().getVisibleLogicalRange() === null
  if (line !== undefined && session !== undefined && !isEmpty) chart.setCrosshairPosition(0, session, line)
}
