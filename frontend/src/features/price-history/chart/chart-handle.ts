import type { IChartApi, IRange } from 'lightweight-charts'
import { zoom } from '@/lib/chart'
import type { PriceDrawing } from './drawing'

/** A range of sessions, counted from the first bar, as it is on a chart that leaves out the first bars. */
export function after(nLeftOut: number, { from, to }: IRange<number>): IRange<number> {
  return { from: from - nLeftOut, to: to - nLeftOut }
}

/** What is outside a chart may do with it; sessions are counted from the first bar on. */
export interface ChartHandle {
  /** Shows `factor` times as many sessions. */
  zoom: (factor: number) => void
  /** Shows the range that was chosen, and all prices in it. */
  reset: () => void
  /** Puts the crosshair at a session, which is brought into view. */
  point: (index: number, session: string, price: number) => void
  /** The first and the last session that are seen; either may be beyond what there is. */
  seen: () => { first: number; last: number }
  picture: () => HTMLCanvasElement
}

function bringIntoView(chart: IChartApi, index: number): void {
  const seen = chart.timeScale().getVisibleLogicalRange()
  if (seen === null) return
  const beyond = Math.max(0, index + 1 - seen.to) + Math.min(0, index - 1 - seen.from)
  if (beyond !== 0) chart.timeScale().scrollToPosition(chart.timeScale().scrollPosition() + beyond, false)
}

/** The chart leaves out the first `nLeftOut` bars. */
export function handleOf(
  chart: IChartApi,
  { candles }: PriceDrawing,
  chosen: IRange<number>,
  nLeftOut: number,
): ChartHandle {
  return {
    zoom: (factor) => {
      zoom(chart, factor)
    },
    reset: () => {
      candles.priceScale().applyOptions({ autoScale: true })
      chart.timeScale().setVisibleLogicalRange(after(nLeftOut, chosen))
    },
    point: (index, session, price) => {
      bringIntoView(chart, index - nLeftOut)
      // The chart moves in the next frame, and has no scale while no price is in view.
      requestAnimationFrame(() => {
        if (candles.priceToCoordinate(price) !== null) chart.setCrosshairPosition(price, session, candles)
      })
    },
    seen: () => {
      const { from, to } = chart.timeScale().getVisibleLogicalRange() ?? after(nLeftOut, chosen)
      return { first: Math.ceil(from) + nLeftOut, last: Math.floor(to) + nLeftOut }
    },
    picture: () => chart.takeScreenshot(true),
  }
}
