import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import type { StockPage } from '@/api/gen/types.gen'
import { getStocks } from '@/api/get-stocks'
import { problemOf, type ProblemError } from '@/api/problem'
import { useDebounced } from '@/lib/use-debounced'
import type { NamedSymbol } from './lists/recent-symbols'

const PAUSE_MS = 120

export interface StockSearch {
  /** Undefined before the first answer. While the next answer is on its way these are of the one before. */
  stocks: readonly NamedSymbol[] | undefined
  isCurrent: boolean
  problem: ProblemError | null
  hasMore: boolean
  loadMore: () => void
}

function stocksOf({ pages }: InfiniteData<StockPage>): readonly NamedSymbol[] {
  return pages.flatMap(({ stocks }) => stocks)
}

/** What the gateway finds for a query, page by page; nothing is asked for an empty one. */
export function useStockSearch(query: string): StockSearch {
  const settled = useDebounced(query, PAUSE_MS)
  const isWanted = query !== '' && settled !== ''
  const { data, error, hasNextPage, isFetching, isPlaceholderData, fetchNextPage } = useInfiniteQuery({
    ...getStocks(settled),
    enabled: isWanted,
    select: stocksOf,
    placeholderData: (before, query) => (query?.queryKey[1] === '' ? undefined : before),
  })
  const hasMore = isWanted && hasNextPage && !isPlaceholderData
  return {
    stocks: isWanted ? data : undefined,
    isCurrent: settled === query && !isPlaceholderData,
    problem: isWanted && error !== null ? problemOf(error) : null,
    hasMore,
    loadMore: () => {
      if (hasMore && !isFetching) void fetchNextPage()
    },
  }
}
