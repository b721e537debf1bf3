import { useInfiniteQuery } from '@tanstack/react-query'
import { lazy } from 'react'
import type { StockSummary } from '@/api/gen/types.gen'
import { getStocks } from '@/api/get-stocks'
import { toProblem } from '@/api/problem'
import { LazyPart } from '@/components/lazy-part'
import { ProblemNotice } from '@/components/notices/problem-notice'
import { QueryView } from '@/components/query-view'
import { Status } from '@/components/status'
import { count } from '@/lib/format'
import { forgetSymbols, useRecentSymbols } from './recent-symbols'
import { StockCard } from './stock-card'
import { SymbolLinks } from './symbol-links'

const EmptyStore = lazy(async () => ({ default: (await import('./empty-store')).EmptyStore }))

interface MoreProps {
  error: Error | null
  isLoading: boolean
  onMore: () => void
}

function RecentLinks() {
  const recent = useRecentSymbols()
  if (recent.length === 0) return <></>
  const clear = (
    <button type="button" className="button-quiet" onClick={forgetSymbols}>
      Clear
    </button>
  )
  return <SymbolLinks label="Recent" symbols={recent} actions={clear} />
}

function CardSkeletons() {
  return (
    <div className="stock-cards">
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i} className="skeleton-block skeleton-card" />
      ))}
    </div>
  )
}

function Cards({ stocks, more }: { stocks: readonly StockSummary[]; more: MoreProps | null }) {
  return (
    <section aria-labelledby="stocks-heading">
      <h2 id="stocks-heading">Choose a stock</h2>
      <ul className="stock-cards">
        {stocks.map((stock) => (
          <StockCard key={stock.symbol} stock={stock} />
        ))}
      </ul>
      <Status>
        {stocks.length === 1
          ? 'Showing 1 stock.'
          : `Showing ${more === null ? 'all ' : ''}${count(stocks.length)} stocks.`}
      </Status>
      {more !== null && <More {...more} />}
    </section>
  )
}

function More({ error, isLoading, onMore }: MoreProps) {
  if (error !== null) return <ProblemNotice problem={toProblem(error)} isRetrying={isLoading} onRetry={onMore} />
  return (
    <button type="button" className="button" onClick={onMore} aria-disabled={isLoading}>
      {isLoading ? 'Loading more…' : 'Show more'}
    </button>
  )
}

/** The home page: an introduction and the stocks to choose from. */
export function SymbolList() {
  const query = useInfiniteQuery(getStocks(''))
  const { error, hasNextPage, isFetching, fetchNextPage } = query
  const onMore = (): void => {
    if (!isFetching) void fetchNextPage()
  }
  return (
    <div className="start">
      <p className="start-lead">
        Bellwether shows stock forecasts, how wrong they have been, and whether they beat assuming no change.
      </p>
      <RecentLinks />
      <QueryView query={query} what="the stocks" skeleton={<CardSkeletons />}>
        {({ pages }) => {
          const stocks = pages.flatMap((page) => page.stocks)
          if (stocks.length === 0) {
            return (
              <LazyPart>
                <EmptyStore />
              </LazyPart>
            )
          }
          return <Cards stocks={stocks} more={hasNextPage ? { error, isLoading: isFetching, onMore } : null} />
        }}
      </QueryView>
    </div>
  )
}
