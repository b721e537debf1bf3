import {
  ColorType,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type LineData,
  LineSeries,
  LineStyle,
} from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import { price } from '@/lib/format'

interface PriceChartProps {
  sessions: readonly string[]
  actual: readonly number[]
  predicted: readonly number[]
  lower: readonly number[] | null
  upper: readonly number[] | null
  label: string
  describedBy: string
}

interface Drawing {
  chart: IChartApi
  actual: ISeriesApi<'Line'>
  predicted: ISeriesApi<'Line'>
  lower: ISeriesApi<'Line'>
  upper: ISeriesApi<'Line'>
}

const MARGIN = 0.03
const DARK = '(prefers-color-scheme: dark)'

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#808080'
}

function paint({ chart, actual, predicted, lower, upper }: Drawing): void {
  const line = color('--line')
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: color('--surface') }, textColor: color('--muted') },
    grid: { vertLines: { visible: false }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line },
  })
  actual.applyOptions({ color: color('--actual') })
  predicted.applyOptions({ color: color('--predicted') })
  lower.applyOptions({ color: color('--interval') })
  upper.applyOptions({ color: color('--interval') })
}

function draw(host: HTMLElement): Drawing {
  const chart = createChart(host, {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: getComputedStyle(host).fontFamily || 'sans-serif', fontSize: 12 },
    localization: { priceFormatter: price },
    handleScroll: { mouseWheel: false },
    handleScale: { mouseWheel: false },
  })
  const quiet = { priceLineVisible: false, lastValueVisible: false } as const
  const thin = { ...quiet, lineWidth: 1, lineStyle: LineStyle.Dotted, crosshairMarkerVisible: false } as const
  return {
    chart,
    lower: chart.addSeries(LineSeries, thin),
    upper: chart.addSeries(LineSeries, thin),
    actual: chart.addSeries(LineSeries, { ...quiet, lineWidth: 4 }),
    predicted: chart.addSeries(LineSeries, { ...quiet, lineWidth: 2 }),
  }
}

function points(sessions: readonly string[], values: readonly number[]): LineData[] {
  return sessions.flatMap((time, i) => {
    const value = values[i]
    return value === undefined ? [] : [{ time, value }]
  })
}

export function PriceChart({ sessions, actual, predicted, lower, upper, label, describedBy }: PriceChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const drawing = useRef<Drawing>(null)

  useEffect(() => {
    if (host.current === null) return
    const drawn = draw(host.current)
    const theme = window.matchMedia(DARK)
    const repaint = (): void => {
      paint(drawn)
    }
    drawing.current = drawn
    repaint()
    theme.addEventListener('change', repaint)
    return () => {
      theme.removeEventListener('change', repaint)
      drawing.current = null
      drawn.chart.remove()
    }
  }, [])

  useEffect(() => {
    drawing.current?.actual.setData(points(sessions, actual))
    drawing.current?.predicted.setData(points(sessions, predicted))
    drawing.current?.lower.setData(points(sessions, lower ?? []))
    drawing.current?.upper.setData(points(sessions, upper ?? []))
    const margin = sessions.length * MARGIN
    drawing.current?.chart.timeScale().setVisibleLogicalRange({ from: -margin, to: sessions.length - 1 + margin })
  }, [sessions, actual, predicted, lower, upper])

  return <div ref={host} className="chart" role="img" aria-label={label} aria-describedby={describedBy} />
}
