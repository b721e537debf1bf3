import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import { getBars } from '@/api/get-bars'
import { getForecast } from '@/api/get-forecast'
import { getResult } from '@/api/get-result'
import { ComparePicker } from '@/components/compare/picker'
import { Panel } from '@/components/panel'
import { QueryView } from '@/components/query-view'
import { ChartBody } from './chart-body'
import { ChartToolbar } from './chart-toolbar'
import type { ChartHandle } from './chart/chart-handle'
import { DownloadButtons } from './download-buttons'
import { Legend } from './legend'
import { NumbersTable } from './numbers-table'
import { toRows } from './rows'

interface PriceHistoryProps {
  view: SymbolView
  onChange: ChangeView
  /** Whether adjusted prices are available. */
  hasAdjusted: boolean
}

function ChartSkeleton() {
  return <div className="skeleton-block skeleton-chart" />
}

/** The prices of a symbol, the predictions of past closes and the forecast. */
export function PriceHistory({ view, onChange, hasAdjusted }: PriceHistoryProps) {
  const bars = useQuery(getBars(view.symbol, view.isAdjusted))
  const result = useQuery(getResult(view))
  const forecast = useQuery(getForecast(view))
  const chart = useRef<ChartHandle>(null)
  const rows = useMemo(
    () => toRows(bars.data?.bars ?? [], result.data, forecast.data),
    [bars.data, result.data, forecast.data],
  )

  const actions = (
    <>
      <ComparePicker
        symbol={view.symbol}
        onChange={(compare) => {
          onChange({ compare })
        }}
      />
      <DownloadButtons view={view} revision={bars.data?.revision} rows={rows} forecast={forecast.data} chart={chart} />
    </>
  )
  return (
    <Panel id="chart-heading" title="Price and prediction" className="price-history" actions={actions}>
      <ChartToolbar
        view={view}
        onChange={onChange}
        hasAdjusted={hasAdjusted || bars.data === undefined}
        onZoom={(factor) => chart.current?.zoom(factor)}
        onReset={() => chart.current?.reset()}
      />
      <QueryView query={bars} what={`the bars of ${view.symbol}`} skeleton={<ChartSkeleton />}>
        {({ bars: loaded }) => (
          <ChartBody view={view} bars={loaded} rows={rows} result={result.data} forecast={forecast.data} chart={chart}>
            <Legend result={result} forecast={forecast} hasVolume={loaded.some(({ volume }) => volume != null)} />
            <NumbersTable rows={rows} />
          </ChartBody>
        )}
      </QueryView>
    </Panel>
  )
}
