import {
  ColorType,
  createChart,
  type IChartApi,
  type Logical,
  type MouseEventParams,
  TickMarkType,
  type Time,
} from 'lightweight-charts'
import { type RefObject, useLayoutEffect, useRef } from 'react'
import { dayAndMonth, price, session } from './format'
import { renderForPrint } from './print-chart'
import { onThemeChange } from './theme'

/** The series of a chart; `paint` sets their colors, initially and when the theme changes. */
export interface Drawing {
  paint: (color: (token: string) => string) => void
}

interface DrawnChart<D extends Drawing> {
  chart: IChartApi
  drawing: D
}

const FALLBACK = '#808080'
const ZOOM_PER_PIXEL = 1.004
const MOST_WHEEL_PIXELS = 60

/** Resolves a color token of the current theme to `rgb(…)`. */
function colorReader(probe: HTMLElement): (token: string) => string {
  return (token) => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color || FALLBACK
  }
}

function paintFrame(chart: IChartApi, color: (token: string) => string): void {
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: color('--surface') }, textColor: color('--muted') },
    grid: { vertLines: { visible: false }, horzLines: { color: color('--line') } },
    crosshair: {
      vertLine: { color: color('--edge'), labelBackgroundColor: color('--edge-strong') },
      horzLine: { color: color('--edge'), labelBackgroundColor: color('--edge-strong') },
    },
    rightPriceScale: { borderColor: color('--line') },
    timeScale: { borderColor: color('--line') },
  })
}

/** Names the month of a day; between two months a bare day could mean either. Null is the chart's own label. */
function labelDay(time: Time, type: TickMarkType): string | null {
  return type === TickMarkType.DayOfMonth && typeof time === 'string' ? dayAndMonth(time) : null
}

function createFrame(host: HTMLElement): IChartApi {
  return createChart(host, {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: getComputedStyle(host).fontFamily || 'sans-serif', fontSize: 12 },
    localization: {
      priceFormatter: (value: number) => price(value), // the chart passes more arguments
      timeFormatter: (time: unknown) => session(String(time)),
    },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    rightPriceScale: { entireTextOnly: true },
    timeScale: { minBarSpacing: 0.01, enableConflation: true, shiftVisibleRangeOnNewBar: false, tickMarkFormatter: labelDay },
  })
}

/** Shows `factor` times as many sessions; the session at `still`, by default the middle one, keeps its place. */
export function zoom(chart: IChartApi, factor: number, still?: Logical | null): void {
  const range = chart.timeScale().getVisibleLogicalRange()
  if (range === null) return
  const at = still ?? (range.from + range.to) / 2
  chart.timeScale().setVisibleLogicalRange({ from: at - (at - range.from) * factor, to: at + (range.to - at) * factor })
}

/** Says whether the pointer moved a crosshair or has left the chart; a chart that is resized moves its crosshair itself. */
export function isByPointer({ point, sourceEvent }: MouseEventParams): boolean {
  return sourceEvent !== undefined || point === undefined
}

/** Zooms at the pointer with Ctrl or ⌘ and the wheel, or a touchpad pinch; the wheel alone scrolls the page. */
function zoomByWheel(host: HTMLElement, chart: IChartApi, signal: AbortSignal): void {
  host.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const pixels = Math.max(-MOST_WHEEL_PIXELS, Math.min(MOST_WHEEL_PIXELS, event.deltaY))
      const x = event.clientX - host.getBoundingClientRect().left
      zoom(chart, ZOOM_PER_PIXEL ** pixels, chart.timeScale().coordinateToLogical(x))
    },
    { passive: false, signal },
  )
}

/** Creates a chart in `host` while the component is mounted. `draw` adds the series and must be stable. */
export function useChart<D extends Drawing>(
  draw: (chart: IChartApi) => D,
): { host: RefObject<HTMLDivElement | null>; drawn: RefObject<DrawnChart<D> | null> } {
  const host = useRef<HTMLDivElement>(null)
  const drawn = useRef<DrawnChart<D>>(null)

  useLayoutEffect(() => {
    if (host.current === null) return
    const probe = document.createElement('span')
    probe.hidden = true
    host.current.append(probe)
    const color = colorReader(probe)
    const chart = createFrame(host.current)
    const drawing = draw(chart)
    const paint = (): void => {
      paintFrame(chart, color)
      drawing.paint(color)
    }
    drawn.current = { chart, drawing }
    paint()
    const unmounted = new AbortController()
    zoomByWheel(host.current, chart, unmounted.signal)
    const stopPainting = onThemeChange(paint)
    const stopPaper = renderForPrint(chart, host.current, paint)
    return () => {
      stopPainting()
      stopPaper()
      unmounted.abort()
      drawn.current = null
      chart.remove()
      probe.remove()
    }
  }, [draw])

  return { host, drawn }
}
