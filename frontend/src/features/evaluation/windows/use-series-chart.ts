import { type RefObject, useEffect } from 'react'
import { useChart } from '@/lib/chart'
import { drawSeries, moveCrosshair, showSeries } from './draw-series'
import type { ModelSeries } from './series'

interface SeriesChartOptions {
  sessions: readonly string[]
  series: readonly ModelSeries[]
  reach: number | null
  /** Called with the index of the window under the pointer. */
  onHover: (window: number) => void
}

interface SeriesChart {
  host: RefObject<HTMLDivElement | null>
  pointTo: (window: number) => void
  pointNowhere: () => void
}

/** A chart of the series, with a crosshair that the keyboard can move too. */
export function useSeriesChart({ sessions, series, reach, onHover }: SeriesChartOptions): SeriesChart {
  const { host, drawn } = useChart(drawSeries)

  useEffect(() => {
    if (drawn.current === null) return
    const { chart, drawing } = drawn.current
    drawing.onHover(onHover)
    showSeries(chart, drawing, sessions, series, reach)
  }, [drawn, sessions, series, reach, onHover])

  return {
    host,
    pointTo: (window) => {
      if (drawn.current !== null) moveCrosshair(drawn.current.chart, drawn.current.drawing, sessions[window])
    },
    pointNowhere: () => drawn.current?.chart.clearCrosshairPosition(),
  }
}
