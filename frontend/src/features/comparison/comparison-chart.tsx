import {
  type IChartApi,
  type LineData,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  PriceScaleMode,
  type WhitespaceData,
} from 'lightweight-charts'
import { type Ref, useEffect, useImperativeHandle } from 'react'
import type { Scale } from '@/address/view'
import { type Drawing, isByPointer, useChart } from '@/lib/chart'
import { signedPercent } from '@/lib/format'
import type { ComparedSymbol, ComparisonResult } from './compare-closes'

export type TakePicture = () => HTMLCanvasElement | undefined

interface ComparisonChartProps {
  comparison: ComparisonResult
  /** The order of the lines, which determines their colors and dashes. */
  order: readonly string[]
  scale: Scale
  /** The session to point at. */
  markedSession: string | null
  onMark: (session: string | null) => void
  label: string
  describedBy: string
  ref: Ref<TakePicture>
}

const DASHES = [LineStyle.Solid, LineStyle.LargeDashed, LineStyle.Dotted, LineStyle.Dashed] as const
const QUIET = { priceLineVisible: false, crosshairMarkerVisible: false } as const
const MIN_MOVE = 0.0001 // in growth: 0.01 %
const ALL_SESSIONS_FIT = 0.05 // px per session, so that decades fit on a phone
const ROOM_FOR_NAMES = 64 // px at the end of the lines

function drawLines(chart: IChartApi) {
  chart.applyOptions({
    localization: { priceFormatter: (growth: number) => signedPercent(growth - 1) },
    timeScale: { minBarSpacing: ALL_SESSIONS_FIT, rightOffsetPixels: ROOM_FOR_NAMES },
    crosshair: { horzLine: { visible: false, labelVisible: false } },
  })
  const options = { ...QUIET, priceFormat: { type: 'price', minMove: MIN_MOVE } } as const
  const zero = chart.addSeries(LineSeries, { ...options, lineWidth: 1, lastValueVisible: false })
  const lines = DASHES.map((lineStyle) => chart.addSeries(LineSeries, { ...options, lineStyle, lineWidth: 2 }))
  const paint: Drawing['paint'] = (color) => {
    zero.applyOptions({ color: color('--edge') })
    lines.forEach((line, i) => line.applyOptions({ color: color(`--series-${String(i + 1)}`) }))
  }
  return { zero, lines, paint }
}

/** A line at no change, and space for the sessions that a symbol misses. */
function toBaseline({ first, last, symbols }: ComparisonResult): (LineData | WhitespaceData)[] {
  const missing = symbols.flatMap(({ gaps }) => gaps.flatMap((gap) => gap.missing))
  const days = [...new Set([first, ...missing, last])].sort()
  return days.map((time) => (time === first || time === last ? { time, value: 1 } : { time }))
}

/** The color of a point is that of the line after it: no line is drawn across a gap. */
function toLine(compared: ComparedSymbol | undefined): LineData[] {
  const beforeGap = new Set(compared?.gaps.map(({ after }) => after))
  return (compared?.points ?? []).map(({ session: time, growth: value }) =>
    beforeGap.has(time) ? { time, value, color: 'transparent' } : { time, value },
  )
}

type ChartRef = ReturnType<typeof useChart<ReturnType<typeof drawLines>>>['drawn']

function useComparisonLines(drawn: ChartRef, comparison: ComparisonResult, order: readonly string[], scale: Scale): void {
  useEffect(() => {
    if (drawn.current === null) return
    const { chart, drawing } = drawn.current
    drawing.zero.setData(toBaseline(comparison))
    chart.timeScale().applyOptions({ enableConflation: comparison.symbols.every(({ gaps }) => gaps.length === 0) })
    drawing.lines.forEach((line, i) => {
      line.setData(toLine(comparison.symbols.find(({ symbol }) => symbol === order[i])))
      line.applyOptions({ title: order[i] ?? '' })
    })
    chart.timeScale().fitContent()
  }, [drawn, comparison, order])

  useEffect(() => {
    // Applied to growth, because the change may be negative: equal percentages have equal heights.
    const mode = scale === 'log' ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal
    drawn.current?.chart.priceScale('right').applyOptions({ mode })
  }, [drawn, scale])
}

function useCrosshair(drawn: ChartRef, markedSession: string | null, onMark: ComparisonChartProps['onMark']): void {
  useEffect(() => {
    const chart = drawn.current?.chart
    const onMove = (moved: MouseEventParams): void => {
      if (isByPointer(moved)) onMark(typeof moved.time === 'string' ? moved.time : null)
    }
    chart?.subscribeCrosshairMove(onMove)
    return () => chart?.unsubscribeCrosshairMove(onMove)
  }, [drawn, onMark])

  useEffect(() => {
    if (drawn.current === null) return
    const { chart, drawing } = drawn.current
    const isInSight = drawing.zero.priceToCoordinate(1) !== null // the chart throws otherwise
    if (markedSession === null) chart.clearCrosshairPosition()
    else if (isInSight) chart.setCrosshairPosition(1, markedSession, drawing.zero)
  }, [drawn, markedSession])
}

export function ComparisonChart(props: ComparisonChartProps) {
  const { comparison, order, scale, markedSession, onMark, label, describedBy, ref } = props
  const { host, drawn } = useChart(drawLines)
  useComparisonLines(drawn, comparison, order, scale)
  useCrosshair(drawn, markedSession, onMark)
  useImperativeHandle(ref, () => () => drawn.current?.chart.takeScreenshot(), [drawn])
  return <div ref={host} className="comparison-chart" role="img" aria-label={label} aria-describedby={describedBy} />
}
