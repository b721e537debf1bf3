import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import { getBars } from '@/api/get-bars'
import { getEvaluation } from '@/api/get-evaluation'
import { getForecast } from '@/api/get-forecast'
import type { Bar, Finding } from '@/api/gen/types.gen'
import { ComparePicker } from '@/components/compare/picker'
import { Panel } from '@/components/panel'
import { QueryView } from '@/components/query-view'
import { selectJumps } from '@/lib/findings'
import { formatCount, priceDigits } from '@/lib/format'
import { findGaps } from '@/lib/gaps'
import { createPriceFormat } from '@/lib/price-format'
import { useIdle } from '@/lib/use-idle'
import { ChartBody } from './chart-body'
import type { ChartContext } from './chart-text'
import { ChartToolbar } from './chart-toolbar'
import type { ChartHandle } from './chart/chart-handle'
import { DownloadButtons } from './download-buttons'
import { Legend } from './legend'
import { Numbers } from './numbers'
import { selectPastForecasts } from './past-forecasts'
import { toRows } from './rows'
import { toSlots } from './slots'

interface PriceHistoryProps {
  view: SymbolView
  onChange: ChangeView
  /** Whether adjusted prices are available. */
  hasAdjusted: boolean
  findings: readonly Finding[]
}

const NO_BARS: readonly Bar[] = []

function ChartSkeleton() {
  return <div className="skeleton-block skeleton-chart" />
}

function useChartData(view: SymbolView, findings: readonly Finding[]) {
  const isIdle = useIdle()
  const bars = useQuery(getBars(view.symbol, view.isAdjusted))
  const forecast = useQuery(getForecast(view))
  const evaluation = useQuery({ ...getEvaluation(view), enabled: isIdle })
  const loaded = bars.data?.bars ?? NO_BARS
  const missing = findings.find(({ code }) => code === 'missing_sessions')
  const gaps = useMemo(() => findGaps(loaded.map(({ session }) => session), missing), [loaded, missing])
  const slots = useMemo(() => toSlots(loaded, gaps), [loaded, gaps])
  const digits = useMemo(() => priceDigits(loaded.map(({ close }) => close)), [loaded])
  const pastForecasts = useMemo(
    () => selectPastForecasts(evaluation.data, forecast.data),
    [evaluation.data, forecast.data],
  )
  const jumps = useMemo(
    () => new Set(selectJumps(findings, view.isAdjusted).flatMap(({ sessions }) => sessions)),
    [findings, view.isAdjusted],
  )
  const rows = useMemo(
    () => toRows(slots, pastForecasts, forecast.data, jumps),
    [slots, pastForecasts, forecast.data, jumps],
  )
  const context = useMemo(
    (): ChartContext => ({
      forecast: forecast.data,
      horizon: view.horizon,
      level: view.level,
      format: createPriceFormat(digits),
    }),
    [forecast.data, view.horizon, view.level, digits],
  )
  return { bars, forecast, evaluation, rows, drawn: { slots, gaps, rows, digits, pastForecasts, context } }
}

/** The prices of a symbol, what was forecast for past closes, and the forecast. */
export function PriceHistory({ view, onChange, hasAdjusted, findings }: PriceHistoryProps) {
  const { bars, forecast, evaluation, rows, drawn } = useChartData(view, findings)
  const chart = useRef<ChartHandle>(null)

  const actions = (
    <>
      <ComparePicker symbol={view.symbol} onChange={(compare) => onChange({ compare })} />
      <DownloadButtons view={view} revision={bars.data?.revision} rows={rows} forecast={forecast.data} chart={chart} />
    </>
  )
  return (
    <Panel id="chart-heading" title="Price and forecast" className="price-history" actions={actions}>
      <ChartToolbar
        view={view}
        onChange={onChange}
        hasAdjusted={hasAdjusted || bars.data === undefined}
        onZoom={(factor) => chart.current?.zoom(factor)}
        onReset={() => chart.current?.reset()}
      />
      <QueryView query={bars} what={`the bars of ${view.symbol}`} skeleton={<ChartSkeleton />}>
        {({ bars: loaded }) => (
          <ChartBody view={view} chart={chart} {...drawn}>
            <Legend
              forecast={forecast}
              evaluation={evaluation}
              hasVolume={loaded.some(({ volume }) => volume != null)}
              hasGaps={drawn.gaps.length > 0}
            />
            <Numbers rows={rows} givenBefore={formatCount(view.horizon, 'session')} />
          </ChartBody>
        )}
      </QueryView>
    </Panel>
  )
}
