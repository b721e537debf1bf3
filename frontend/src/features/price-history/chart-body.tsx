import { type ReactNode, type RefObject, useId, useMemo, useState } from 'react'
import type { SymbolView } from '@/address/view'
import { ErrorBoundary } from '@/components/error-boundary'
import { useLazyModule } from '@/lib/use-lazy-module'
import type { Gap } from '@/lib/gaps'
import { type ChartContext, describeChart } from './chart-text'
import type { ChartHandle } from './chart/chart-handle'
import type { PriceChartProps } from './chart/price-chart'
import { CrosshairValues } from './crosshair-values'
import { loadChart } from './load-chart'
import type { PastForecast } from './past-forecasts'
import type { Row } from './rows'
import { SessionSlider } from './session-slider'
import { findLastClose, type Slot } from './slots'

interface ChartBodyProps {
  view: SymbolView
  slots: readonly Slot[]
  gaps: readonly Gap[]
  rows: readonly Row[]
  digits: number
  pastForecasts: readonly PastForecast[]
  context: ChartContext
  chart: RefObject<ChartHandle | null>
  /** Content below the chart that does not depend on the crosshair. */
  children: ReactNode
}

function Chart(props: PriceChartProps) {
  const module = useLazyModule(loadChart)
  return module === undefined ? <div className="price-chart" /> : <module.PriceChart {...props} />
}

/** The chart and the values of the session under its crosshair, or of the last close without one. */
export function ChartBody({ view, rows, context, chart, children, ...drawn }: ChartBodyProps) {
  const { slots, gaps } = drawn
  const summaryId = useId()
  const [since] = useState(() => performance.now())
  const [crosshair, setCrosshair] = useState<number | null>(null)
  const [shownAsOf, setShownAsOf] = useState(view.asOf)
  if (shownAsOf !== view.asOf) {
    setShownAsOf(view.asOf)
    setCrosshair(null)
  }
  const inWords = useMemo(() => describeChart(rows, gaps, context), [rows, gaps, context])
  const lastClose = findLastClose(slots, view.asOf)
  const at = crosshair !== null && crosshair in rows ? crosshair : lastClose < 0 ? slots.length - 1 : lastClose
  const row = rows[at]
  if (row === undefined) return <p>No bars to show.</p>

  function move(index: number): void {
    const target = rows[index]
    if (target === undefined) return
    setCrosshair(index)
    chart.current?.point(index, target.session, target.bar?.close ?? target.step?.point ?? Number.NaN)
  }

  return (
    <>
      <CrosshairValues row={row} context={context} />
      <p id={summaryId} className="visually-hidden">
        {inWords}
      </p>
      <ErrorBoundary
        fallback={() => <p className="price-chart">The chart cannot be drawn. See the table below.</p>}
      >
        <Chart
          ref={chart}
          label={`Candlestick chart of ${view.symbol} with its past forecasts and the forecast`}
          describedBy={summaryId}
          {...drawn}
          forecast={context.forecast}
          asOf={view.asOf}
          range={view.range}
          scale={view.scale}
          horizon={view.horizon}
          since={since}
          onPoint={setCrosshair}
        />
      </ErrorBoundary>
      <SessionSlider rows={rows} at={at} context={context} onMove={move} />
      {children}
    </>
  )
}
