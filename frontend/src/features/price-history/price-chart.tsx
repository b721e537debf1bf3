import { type IChartApi, type MouseEventParams, PriceScaleMode } from 'lightweight-charts'
import { memo, type Ref, type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useMemo } from 'react'
import type { Bar, Forecast, Result } from '@/api/gen/types.gen'
import { useChart } from '@/lib/chart'
import { firstDayOf } from '@/lib/ranges'
import type { Range, Scale } from '@/lib/view'
import { type ChartHandle, handleOf } from './chart-handle'
import { drawPrices } from './drawing'

export interface PriceChartProps {
  label: string
  describedBy: string
  bars: readonly Bar[]
  result: Result | undefined
  forecast: Forecast | undefined
  range: Range
  scale: Scale
  /** Sessions to come for which room is kept, whether or not a forecast is there. */
  horizon: number
  /** When the bars were there, as of `performance.now()`. */
  since: number
  onPoint: (index: number | null) => void
  ref: Ref<ChartHandle>
}

const HALF_A_SESSION = 0.5
const ROOM_AT_THE_RIGHT = 0.01

function rangeOf(bars: readonly Bar[], range: Range, horizon: number): { from: number; to: number } {
  const firstDay = firstDayOf(range, bars.at(-1)?.session ?? '') ?? ''
  const from = bars.findIndex(({ session }) => session >= firstDay)
  const to = bars.length - 1 + horizon
  return { from: from - HALF_A_SESSION, to: to + HALF_A_SESSION + (to - from) * ROOM_AT_THE_RIGHT }
}

/** Tells the session under the pointer; null when there is none. What moved without a pointer is not told. */
function usePointer(drawn: RefObject<{ chart: IChartApi } | null>, onPoint: (index: number | null) => void): void {
  useEffect(() => {
    const chart = drawn.current?.chart
    const follow = ({ time, logical, point, sourceEvent }: MouseEventParams): void => {
      const isByPointer = sourceEvent !== undefined || point === undefined // without a point, it has left
      if (isByPointer) onPoint(time === undefined ? null : (logical ?? null))
    }
    chart?.subscribeCrosshairMove(follow)
    return () => {
      chart?.unsubscribeCrosshairMove(follow)
    }
  }, [drawn, onPoint])
}

/** The time until what was drawn before it is on the screen. */
function useMeasure(since: number): void {
  useLayoutEffect(() => {
    const frame = requestAnimationFrame(() => {
      performance.measure('bellwether:chart', { start: since, end: performance.now() })
    })
    return () => {
      cancelAnimationFrame(frame)
    }
  }, [since])
}

/** Candles, what was predicted over them, and the forecast beyond. Each is set at once and only when it changed. */
export const PriceChart = memo(function PriceChart({ ref, label, describedBy, ...given }: PriceChartProps) {
  const { bars, result, forecast, range, scale, horizon, since, onPoint } = given
  const { host, drawn } = useChart(drawPrices)
  const chosen = useMemo(() => rangeOf(bars, range, horizon), [bars, range, horizon])

  useLayoutEffect(() => {
    drawn.current?.drawing.setBars(bars)
  }, [drawn, bars])
  useLayoutEffect(() => {
    drawn.current?.drawing.setResult(bars, result)
  }, [drawn, bars, result])
  useLayoutEffect(() => {
    drawn.current?.drawing.setForecast(bars, forecast)
  }, [drawn, bars, forecast])
  useLayoutEffect(() => {
    const mode = scale === 'log' ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal
    drawn.current?.drawing.candles.priceScale().applyOptions({ mode })
  }, [drawn, scale])
  useLayoutEffect(() => {
    drawn.current?.chart.timeScale().setVisibleLogicalRange(chosen)
  }, [drawn, chosen])
  usePointer(drawn, onPoint)
  useMeasure(since)
  useImperativeHandle(ref, () => {
    if (drawn.current === null) throw new Error('The chart is not there.')
    return handleOf(drawn.current.chart, drawn.current.drawing, chosen)
  }, [drawn, chosen])

  return <div ref={host} className="price-chart" role="img" aria-label={label} aria-describedby={describedBy} />
})
