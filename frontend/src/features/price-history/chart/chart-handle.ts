import type { IChartApi, IRange } from 'lightweight-charts'
import { zoom } from '@/lib/chart'
import type { PriceDrawing } from './drawing'

/** Shifts a range of session indices to a chart that leaves out the first bars. */
export function shiftRange(nLeftOut: number, { from, to }: IRange<number>): IRange<number> {
  return { from: from - nLeftOut, to: to - nLeftOut }
}

/** The operations of a chart; session indices count from the first bar. */
export interface ChartHandle {
  /** Shows `factor` times as many sessions. */
  zoom: (factor: number) => void
  /** Shows the chosen range and all prices in it. */
  reset: () => void
  /** Moves the crosshair to a session and scrolls it into view. */
  point: (index: number, session: string, price: number) => void
  /** The first and last visible session; either may lie beyond the data. */
  visibleSessions: () => { first: number; last: number }
  picture: () => HTMLCanvasElement
}

function bringIntoView(chart: IChartApi, index: number): void {
  const visible = chart.timeScale().getVisibleLogicalRange()
  if (visible === null) return
  const offset = Math.max(0, index + 1 - visible.to) + Math.min(0, index - 1 - visible.from)
  if (offset !== 0) chart.timeScale().scrollToPosition(chart.timeScale().scrollPosition() + offset, false)
}

/** The chart leaves out the first `nLeftOut` bars. */
export function createHandle(
  chart: IChartApi,
  { candles }: PriceDrawing,
  chosen: IRange<number>,
  nLeftOut: number,
): ChartHandle {
  return {
    zoom: (factor) => zoom(chart, factor),
    reset: () => {
      candles.priceScale().applyOptions({ autoScale: true })
      chart.timeScale().setVisibleLogicalRange(shiftRange(nLeftOut, chosen))
    },
    point: (index, session, price) => {
      bringIntoView(chart, index - nLeftOut)
      // The chart moves in the next frame, and has no scale while no price is in view.
      requestAnimationFrame(() => {
        if (candles.priceToCoordinate(price) !== null) chart.setCrosshairPosition(price, session, candles)
      })
    },
    visibleSessions: () => {
      const { from, to } = chart.timeScale().getVisibleLogicalRange() ?? shiftRange(nLeftOut, chosen)
      return { first: Math.ceil(from) + nLeftOut, last: Math.floor(to) + nLeftOut }
    },
    picture: () => chart.takeScreenshot(true),
  }
}
