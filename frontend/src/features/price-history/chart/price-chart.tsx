import { type IChartApi, type IRange, type MouseEventParams, PriceScaleMode } from 'lightweight-charts'
import { memo, type Ref, type RefObject, useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useMemo } from 'react'
import type { Scale } from '@/address/view'
import type { Bar, Forecast, Result } from '@/api/gen/types.gen'
import { useChart } from '@/lib/chart'
import { findFirstDay, type Range } from '@/lib/ranges'
import { useIdle } from '@/lib/use-idle'
import { shiftRange, type ChartHandle, createHandle } from './chart-handle'
import { drawPrices } from './drawing'

export interface PriceChartProps {
  label: string
  describedBy: string
  bars: readonly Bar[]
  result: Result | undefined
  forecast: Forecast | undefined
  range: Range
  scale: Scale
  /** The number of future sessions to leave room for, with or without a forecast. */
  horizon: number
  /** When the bars had been loaded, from `performance.now()`. */
  since: number
  onPoint: (index: number | null) => void
  ref: Ref<ChartHandle>
}

const HALF_A_SESSION = 0.5
const ROOM_AT_THE_RIGHT = 0.01

function computeRange(bars: readonly Bar[], range: Range, horizon: number): IRange<number> {
  const firstDay = findFirstDay(range, bars.at(-1)?.session ?? '') ?? ''
  const from = bars.findIndex(({ session }) => session >= firstDay)
  const to = bars.length - 1 + horizon
  return { from: from - HALF_A_SESSION, to: to + HALF_A_SESSION + (to - from) * ROOM_AT_THE_RIGHT }
}

/** Reports the session under the pointer, or null; ignores crosshair moves without a pointer. */
function usePointer(
  drawn: RefObject<{ chart: IChartApi } | null>,
  nLeftOut: number,
  onPoint: (index: number | null) => void,
): void {
  useEffect(() => {
    const chart = drawn.current?.chart
    const follow = ({ time, logical, point, sourceEvent }: MouseEventParams): void => {
      const isByPointer = sourceEvent !== undefined || point === undefined // no point: the pointer has left
      if (isByPointer) onPoint(time === undefined || logical === undefined ? null : logical + nLeftOut)
    }
    chart?.subscribeCrosshairMove(follow)
    return () => {
      chart?.unsubscribeCrosshairMove(follow)
    }
  }, [drawn, nLeftOut, onPoint])
}

/** Measures the time until the chart is on the screen. */
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

/** Candles, predictions and forecast. Each is updated only when its data changes. */
export const PriceChart = memo(function PriceChart({ ref, label, describedBy, ...data }: PriceChartProps) {
  const { bars, result, forecast, range, scale, horizon, since, onPoint } = data
  const { host, drawn } = useChart(drawPrices)
  const chosen = useMemo(() => computeRange(bars, range, horizon), [bars, range, horizon])
  // Decades of bars may precede the chosen range; without them the chart is drawn sooner.
  const isIdle = useIdle()
  const nLeftOut = isIdle ? 0 : Math.max(0, chosen.from + HALF_A_SESSION)
  const drawnBars = useMemo(() => bars.slice(nLeftOut), [bars, nLeftOut])
  // Does not depend on the earlier bars, so that adding them does not move the view.
  const showChosen = useEffectEvent(() => {
    drawn.current?.chart.timeScale().setVisibleLogicalRange(shiftRange(nLeftOut, chosen))
  })

  useLayoutEffect(() => {
    drawn.current?.drawing.setBars(drawnBars)
  }, [drawn, drawnBars])
  useLayoutEffect(() => {
    drawn.current?.drawing.setResult(drawnBars, result)
  }, [drawn, drawnBars, result])
  useLayoutEffect(() => {
    drawn.current?.drawing.setForecast(drawnBars, forecast)
  }, [drawn, drawnBars, forecast])
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
    if (drawn.current === null) throw new Error('The chart is not mounted.')
    return createHandle(drawn.current.chart, drawn.current.drawing, chosen, nLeftOut)
  }, [drawn, chosen, nLeftOut])

  return <div ref={host} className="price-chart" role="img" aria-label={label} aria-describedby={describedBy} />
})
