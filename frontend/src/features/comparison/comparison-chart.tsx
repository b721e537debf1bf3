import { type IChartApi, LineSeries, LineStyle, type MouseEventParams, PriceScaleMode } from 'lightweight-charts'
import { type Ref, useEffect, useImperativeHandle } from 'react'
import type { Scale } from '@/address/view'
import { type Drawing, useChart } from '@/lib/chart'
import { signedPercent } from '@/lib/format'
import type { Compared } from './compare-closes'

export type TakePicture = () => HTMLCanvasElement | undefined

interface ComparisonChartProps {
  compared: Compared
  /** The order of the lines: by it they have their colours and dashes. */
  order: readonly string[]
  scale: Scale
  /** The session to point at. */
  marked: string | null
  onMark: (session: string | null) => void
  label: string
  describedBy: string
  ref: Ref<TakePicture>
}

const DASHES = [LineStyle.Solid, LineStyle.LargeDashed, LineStyle.Dotted, LineStyle.Dashed] as const
const QUIET = { priceLineVisible: false, crosshairMarkerVisible: false } as const
const MIN_MOVE = 0.0001 // of growth: 0.01 %
const ALL_SESSIONS_FIT = 0.05 // px for each: decades of them on a telephone
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
    lines.forEach((line, i) => {
      line.applyOptions({ color: color(`--series-${String(i + 1)}`) })
    })
  }
  return { zero, lines, paint }
}

type Drawn = ReturnType<typeof useChart<ReturnType<typeof drawLines>>>['drawn']

function useLines(drawn: Drawn, compared: Compared, order: readonly string[], scale: Scale): void {
  useEffect(() => {
    if (drawn.current === null) return
    const { chart, drawing } = drawn.current
    drawing.zero.setData([compared.first, compared.last].map((time) => ({ time, value: 1 })))
    drawing.lines.forEach((line, i) => {
      const points = compared.symbols.find(({ symbol }) => symbol === order[i])?.points ?? []
      line.setData(points.map(({ session, growth }) => ({ time: session, value: growth })))
      line.applyOptions({ title: order[i] ?? '' })
    })
    chart.timeScale().fitContent()
  }, [drawn, compared, order])

  useEffect(() => {
    // Of growth, not of the change, which may be below zero: equal shares are equal heights, whenever they were gained.
    const mode = scale === 'log' ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal
    drawn.current?.chart.priceScale('right').applyOptions({ mode })
  }, [drawn, scale])
}

function useCrosshair(drawn: Drawn, marked: string | null, onMark: ComparisonChartProps['onMark']): void {
  useEffect(() => {
    const chart = drawn.current?.chart
    const onMove = ({ time }: MouseEventParams): void => {
      onMark(typeof time === 'string' ? time : null)
    }
    chart?.subscribeCrosshairMove(onMove)
    return () => chart?.unsubscribeCrosshairMove(onMove)
  }, [drawn, onMark])

  useEffect(() => {
    if (drawn.current === null) return
    const { chart, drawing } = drawn.current
    const isInSight = drawing.zero.priceToCoordinate(1) !== null // else the chart throws
    if (marked === null) chart.clearCrosshairPosition()
    else if (isInSight) chart.setCrosshairPosition(1, marked, drawing.zero)
  }, [drawn, marked])
}

export function ComparisonChart(props: ComparisonChartProps) {
  const { compared, order, scale, marked, onMark, label, describedBy, ref } = props
  const { host, drawn } = useChart(drawLines)
  useLines(drawn, compared, order, scale)
  useCrosshair(drawn, marked, onMark)
  useImperativeHandle(ref, () => () => drawn.current?.chart.takeScreenshot(), [drawn])
  return <div ref={host} className="comparison-chart" role="img" aria-label={label} aria-describedby={describedBy} />
}
