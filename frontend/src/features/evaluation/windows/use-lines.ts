import { type RefObject, useEffect } from 'react'
import { useChart } from '@/lib/chart'
import { drawLines, pointAt, showLines } from './draw-lines'
import type { Line } from './lines'

interface Lines {
  sessions: readonly string[]
  lines: readonly Line[]
  reach: number | null
  /** Called with the number of the window under the pointer. */
  onHover: (window: number) => void
}

interface LineChart {
  host: RefObject<HTMLDivElement | null>
  pointTo: (window: number) => void
  pointNowhere: () => void
}

/** The lines in a chart, with a crosshair that also the keyboard can move. */
export function useLines({ sessions, lines, reach, onHover }: Lines): LineChart {
  const { host, drawn } = useChart(drawLines)

  useEffect(() => {
    if (drawn.current === null) return
    const { chart, drawing } = drawn.current
    drawing.onHover(onHover)
    showLines(chart, drawing, sessions, lines, reach)
  }, [drawn, sessions, lines, reach, onHover])

  return {
    host,
    pointTo: (window) => {
      if (drawn.current !== null) pointAt(drawn.current.chart, drawn.current.drawing, sessions[window])
    },
    pointNowhere: () => drawn.current?.chart.clearCrosshairPosition(),
  }
}
