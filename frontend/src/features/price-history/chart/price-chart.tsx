import { type IChartApi, type IRange, type MouseEventParams, PriceScaleMode } from 'lightweight-charts'
import { memo, type Ref, type RefObject, useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useMemo } from 'react'
import type { Scale } from '@/address/view'
import type { Bar, Forecast, Result } from '@/api/gen/types.gen'
import { useChart } from '@/lib/chart'
import { firstDayOf, type Range } from '@/lib/ranges'
import { useIdle } from '@/lib/use-idle'
import { after, type ChartHandle, handleOf } from './chart-handle'
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

function rangeOf(bars: readonly Bar[], range: Range, horizon: number): IRange<number> {
  const firstDay = firstDayOf(range, bars.at(-1)?.session ?? '') ?? ''
  const from = bars.findIndex(({ session }) => session >= firstDay)
  const to = bars.length - 1 + horizon
  return { from: from - HALF_A_SESSION, to: to + HALF_A_SESSION + (to - from) * ROOM_AT_THE_RIGHT }
}

/** Tells the session under the pointer; null when there is none. What moved without a pointer is not told. */
function usePointer(
  drawn: RefObject<{ chart: IChartApi } | null>,
  nLeftOut: number,
  onPoint: (index: number | null) => void,
): void {
  useEffect(() => {
    const chart = drawn.current?.chart
    const follow = ({ time, logical, point, sourceEvent }: MouseEventParams): void => {
      const isByPointer = sourceEvent !== undefined || point === undefined // without a point, it has left
      if (isByPointer) onPoint(time === undefined || logical === undefined ? null : logical + nLeftOut)
    }
    chart?.subscribeCrosshairMove(follow)
    return () => {
      chart?.unsubscribeCrosshairMove(follow)
    }
  }, [drawn, nLeftOut, onPoint])
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
export const PriceChart = memo(function PriceChart({ ref, label, describedBy, ...shown }: PriceChartProps) {
  const { bars, result, forecast, range, scale, horizon, since, onPoint } = shown
  const { host, drawn } = useChart(drawPrices)
  const chosen = useMemo(() => rangeOf(bars, range, horizon), [bars, range, horizon])
  // What lies before the chosen range may be decades long: without it the chart is there sooner.
  const isIdle = useIdle()
  const nLeftOut = isIdle ? 0 : Math.max(0, chosen.from + HALF_A_SESSION)
  const given = useMemo(() => bars.slice(nLeftOut), [bars, nLeftOut])
  // Not when the rest of the bars comes: what is in view stays there.
  const showChosen = useEffectEvent(() => {
    drawn.current?.chart.timeScale().setVisibleLogicalRange(after(nLeftOut, chosen))
  })

  useLayoutEffect(() => {
    drawn.current?.drawing.setBars(given)
  }, [drawn, given])
  useLayoutEffect(() => {
    drawn.current?.drawing.setResult(given, result)
  }, [drawn, given, result])
  useLayoutEffect(() => {
    drawn.current?.drawing.setForecast(given, forecast)
  }, [drawn, given, forecast])
  useLayoutEffect(() => {
    const mode = scale === 'log' ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal
    drawn.current?.drawing.candles.priceScale().applyOptions({ mode })
  }, [drawn, scale])
  useLayoutEffect(() => {
    showChosen()
  }, [chosen])
  usePointer(drawn, nLeftOut, onPoint)
  useMeasure(since)
  useImperativeHandle(ref, () => {
    if (drawn.current === null) throw new Error('The chart is not there.')
    return handleOf(drawn.current.chart, drawn.current.drawing, chosen, nLeftOut)
  }, [drawn, chosen, nLeftOut])

  return <div ref={host} className="price-chart" role="img" aria-label={label} aria-describedby={describedBy} />
})
