import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ChangeView, SymbolView } from '@/address/view'
import { getBars } from '@/api/get-bars'
import type { Finding } from '@/api/gen/types.gen'
import { getStock } from '@/api/get-stock'
import { isNotFound } from '@/api/problem'
import { Panel } from '@/components/panel'
import { PanelBoundary } from '@/components/panel-boundary'
import { QueryView } from '@/components/query-view'
import { EvaluationPanel } from '@/features/evaluation/evaluation-panel'
import { ForecastPanel } from '@/features/forecast/forecast-panel'
import { PriceHistory } from '@/features/price-history/price-history'
import { StockHeader } from '@/features/stock/stock-header'
import { NearestSymbols } from '@/features/symbol-search/lists/nearest-symbols'
import { AwaitsSymbol } from '@/lib/awaits-symbol'
import { priceDigits } from '@/lib/format'
import { PriceDigits } from '@/lib/price-format'
import { useIdle } from '@/lib/use-idle'
import { useLazyModule } from '@/lib/use-lazy-module'

interface SymbolPageProps {
  view: SymbolView
  onChange: ChangeView
}

const NO_FINDINGS: readonly Finding[] = []

const loadComparison = () => import('@/features/comparison/comparison')

function LazyComparison(props: SymbolPageProps) {
  const module = useLazyModule(loadComparison)
  return module === undefined ? (
    <Panel id="chart-heading" title="Comparison" className="price-history comparison">
      <div className="skeleton-block skeleton-comparison" />
    </Panel>
  ) : (
    <module.Comparison {...props} />
  )
}

const loadDetails = () => import('./symbol-details')

/** In place of every panel, each of which would say the same. */
function WithoutAdjusted({ view, onChange }: SymbolPageProps) {
  const bars = useQuery(getBars(view.symbol, view.isAdjusted))
  return (
    <Panel id="chart-heading" title="Price and forecast">
      <QueryView query={bars} what={`the bars of ${view.symbol}`} skeleton={<></>}>
        {() => <></>}
      </QueryView>
      <p className="retry">
        <button type="button" className="button" onClick={() => onChange({ isAdjusted: false })}>
          Show unadjusted prices
        </button>
      </p>
    </Panel>
  )
}

/** Fetched when the browser is idle, since it is below the fold. */
function LazyDetails({ view }: { view: SymbolView }) {
  const module = useLazyModule(loadDetails, useIdle())
  return module === undefined ? (
    <div className="panel result skeleton-result" aria-hidden="true" />
  ) : (
    <module.SymbolDetails view={view} />
  )
}

/** The digits of the symbol's prices; undefined until its bars are loaded. */
function usePriceDigits({ symbol, isAdjusted }: SymbolView): number | undefined {
  const { data } = useQuery(getBars(symbol, isAdjusted))
  return useMemo(() => (data === undefined ? undefined : priceDigits(data.bars.map(({ close }) => close))), [data])
}

export function SymbolPage({ view, onChange }: SymbolPageProps) {
  const query = useQuery(getStock(view.symbol))
  const digits = usePriceDigits(view)
  const isUnknown = isNotFound(query.error)
  if (isUnknown || (query.error !== null && query.data === undefined)) {
    return (
      <div className="symbol-page">
        <h2>{view.symbol}</h2>
        <QueryView query={query} what={`the details of ${view.symbol}`} skeleton={<></>}>
          {() => <></>}
        </QueryView>
        {isUnknown && (
          <PanelBoundary>
            <NearestSymbols symbol={view.symbol} />
          </PanelBoundary>
        )}
      </div>
    )
  }
  if (view.isAdjusted && query.data?.has_adjusted_prices === false) {
    const Instead = view.compare.length === 0 ? WithoutAdjusted : LazyComparison
    return (
      <article className="symbol-page" aria-labelledby="symbol-heading">
        <StockHeader symbol={view.symbol} stock={query.data} isAdjusted />
        <Instead view={view} onChange={onChange} />
      </article>
    )
  }
  return (
    <AwaitsSymbol value={query.isPending}>
      <PriceDigits value={digits}>
        <article className="symbol-page" aria-labelledby="symbol-heading">
          <StockHeader symbol={view.symbol} stock={query.data} isAdjusted={view.isAdjusted} />
          <div className="dashboard">
            <ForecastPanel view={view} onChange={onChange} />
            {view.compare.length === 0 ? (
              <PanelBoundary>
                <PriceHistory
                  view={view}
                  onChange={onChange}
                  hasAdjusted={query.data?.has_adjusted_prices ?? false}
                  findings={query.data?.findings ?? NO_FINDINGS}
                />
              </PanelBoundary>
            ) : (
              <LazyComparison view={view} onChange={onChange} />
            )}
            <PanelBoundary>
              <LazyDetails view={view} />
            </PanelBoundary>
          </div>
          <EvaluationPanel view={view} onChange={onChange} />
        </article>
      </PriceDigits>
    </AwaitsSymbol>
  )
}
