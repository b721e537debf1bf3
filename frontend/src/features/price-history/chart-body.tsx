import { type ReactNode, type RefObject, useId, useMemo, useState } from 'react'
import type { SymbolView } from '@/address/view'
import type { Bar, Forecast, Result } from '@/api/gen/types.gen'
import { ErrorBoundary } from '@/components/error-boundary'
import { useLazyModule } from '@/lib/use-lazy-module'
import { describeChart } from './chart-text'
import type { ChartHandle } from './chart/chart-handle'
import type { PriceChartProps } from './chart/price-chart'
import { CrosshairValues } from './crosshair-values'
import { loadChart } from './load-chart'
import type { Row } from './rows'
import { SessionSlider } from './session-slider'

interface ChartBodyProps {
  view: SymbolView
  bars: readonly Bar[]
  rows: readonly Row[]
  result: Result | undefined
  forecast: Forecast | undefined
  chart: RefObject<ChartHandle | null>
  /** Content below the chart that does not depend on the crosshair. */
  children: ReactNode
}

function Chart(props: PriceChartProps) {
  const module = useLazyModule(loadChart)
  return module === undefined ? <div className="price-chart" /> : <module.PriceChart {...props} />
}

/** The chart and the values of the session under its crosshair, or of the last session without one. */
export function ChartBody({ view, bars, rows, result, forecast, chart, children }: ChartBodyProps) {
  const summaryId = useId()
  const [since] = useState(() => performance.now())
  const [crosshair, setCrosshair] = useState<number | null>(null)
  const inWords = useMemo(() => describeChart(rows, result, forecast), [rows, result, forecast])
  const at = crosshair !== null && crosshair in rows ? crosshair : bars.length - 1
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
      <CrosshairValues row={row} result={result} forecast={forecast} />
      <p id={summaryId} className="visually-hidden">
        {inWords}
      </p>
      <ErrorBoundary
        fallback={() => <p className="price-chart">The chart cannot be drawn. See the table below.</p>}
      >
        <Chart
          ref={chart}
          label={`Candlestick chart of ${view.symbol} with its predicted close and forecast`}
          describedBy={summaryId}
          bars={bars}
          result={result}
          forecast={forecast}
          range={view.range}
          scale={view.scale}
          horizon={view.horizon}
          since={since}
          onPoint={setCrosshair}
        />
      </ErrorBoundary>
      <SessionSlider rows={rows} at={at} result={result} forecast={forecast} onMove={move} />
      {children}
    </>
  )
}
