import { useQuery } from '@tanstack/react-query'
import { getStock } from '@/api/get-stock'
import { Panel } from '@/components/panel'
import { QueryView } from '@/components/query-view'
import { BarsLink } from './bars-link'
import { StockFacts } from './stock-facts'

export function DataCard({ symbol, isAdjusted }: { symbol: string; isAdjusted: boolean }) {
  const bars = `/api/stocks/${encodeURIComponent(symbol)}/bars`
  const query = useQuery(getStock(symbol))
  return (
    <Panel
      id="data-heading"
      title="Data"
      className="data-card"
      actions={
        <span className="data-links">
          <BarsLink href={`${bars}?format=csv`}>Bars as CSV</BarsLink>
          <BarsLink href={`${bars}?format=xlsx`}>Bars as Excel</BarsLink>
        </span>
      }
    >
      <QueryView
        query={query}
        what={`the details of ${symbol}`}
        skeleton={<div className="skeleton-block skeleton-data" />}
      >
        {(stock) => <StockFacts stock={stock} isAdjusted={isAdjusted} />}
      </QueryView>
    </Panel>
  )
}
