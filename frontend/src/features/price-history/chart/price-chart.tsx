import { type IChartApi, type IRange, type MouseEventParams, PriceScaleMode } from 'lightweight-charts'
import { memo, type Ref, type RefObject, useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useMemo } from 'react'
import type { Scale } from '@/address/view'
import type { Forecast } from '@/api/gen/types.gen'
import type { PastForecast } from '@/features/price-history/past-forecasts'
import { findLastClose, type Slot } from '@/features/price-history/slots'
import { isByPointer, useChart } from '@/lib/chart'
import type { Gap } from '@/lib/gaps'
import { findFirstDay, type Range } from '@/lib/ranges'
import { useIdle } from '@/lib/use-idle'
import { shiftRange, type ChartHandle, createHandle } from './chart-handle'
import { drawPrices } from './drawing'

export interface PriceChartProps {
  label: string
  describedBy: string
  slots: readonly Slot[]
  gaps: readonly Gap[]
  digits: number
  pastForecasts: readonly PastForecast[]
  forecast: Forecast | undefined
  /** The last session that the forecast may use; null for the latest. */
  asOf: string | null
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

/** Ends with the last close that the forecast may use, and room for the forecast. */
function computeRange(
  slots: readonly Slot[],
  { asOf, range, horizon }: Pick<PriceChartProps, 'asOf' | 'range' | 'horizon'>,
): IRange<number> {
  const lastClose = findLastClose(slots, asOf)
  const last = lastClose < 0 ? slots.length - 1 : lastClose
  const firstDay = findFirstDay(range, slots[last]?.session ?? '') ?? ''
  const from = slots.findIndex(({ session }) => session >= firstDay)
  const to = (range === 'all' ? slots.length - 1 : last) + horizon
  return { from: from - HALF_A_SESSION, to: to + HALF_A_SESSION + (to - from) * ROOM_AT_THE_RIGHT }
}

/** Reports the session under the pointer, or null. */
function usePointer(
  drawn: RefObject<{ chart: IChartApi } | null>,
  nLeftOut: number,
  onPoint: (index: number | null) => void,
): void {
  useEffect(() => {
    const chart = drawn.current?.chart
    const follow = (moved: MouseEventParams): void => {
      const { time, logical } = moved
      if (isByPointer(moved)) onPoint(time === undefined || logical === undefined ? null : logical + nLeftOut)
    }
    chart?.subscribeCrosshairMove(follow)
    return () => chart?.unsubscribeCrosshairMove(follow)
  }, [drawn, nLeftOut, onPoint])
}

/** Measures the time until the chart is on the screen. */
function useMeasure(since: number): void {
  useLayoutEffect(() => {
    const frame = requestAnimationFrame(() => {
      performance.measure('bellwether:chart', { start: since, end: performance.now() })
    })
    return () => cancelAnimationFrame(frame)
  }, [since])
}

/** Candles, past forecasts and forecast. Each is updated only when its data changes. */
export const PriceChart = memo(function PriceChart(props: PriceChartProps) {
  const { ref, label, describedBy, slots, gaps, digits, pastForecasts, forecast, scale, since, onPoint } = props
  const { asOf, range, horizon } = props
  const { host, drawn } = useChart(drawPrices)
  const chosen = useMemo(() => computeRange(slots, { asOf, range, horizon }), [slots, asOf, range, horizon])
  // Decades of bars may precede the chosen range; without them the chart is drawn sooner.
  const isIdle = useIdle()
  const nLeftOut = isIdle ? 0 : Math.max(0, chosen.from + HALF_A_SESSION)
  const drawnSlots = useMemo(() => slots.slice(nLeftOut), [slots, nLeftOut])
  // Does not depend on the earlier bars, so that adding them does not move the view.
  const showChosen = useEffectEvent(() => {
    drawn.current?.chart.timeScale().setVisibleLogicalRange(shiftRange(nLeftOut, chosen))
  })

  useLayoutEffect(() => {
    drawn.current?.drawing.setBars(drawnSlots, gaps, digits)
  }, [drawn, drawnSlots, gaps, digits])
  useLayoutEffect(() => {
    drawn.current?.drawing.setPast(drawnSlots, pastForecasts)
  }, [drawn, drawnSlots, pastForecasts])
  useLayoutEffect(() => {
    drawn.current?.drawing.setForecast(drawnSlots, forecast)
  }, [drawn, drawnSlots, forecast])
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
