import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import type { StockPage } from '@/api/gen/types.gen'
import { getStocks } from '@/api/get-stocks'
import { toProblem, type ProblemError } from '@/api/problem'
import { useDebounced } from '@/lib/use-debounced'
import type { NamedSymbol } from './lists/recent-symbols'

const PAUSE_MS = 120

export interface StockSearch {
  /** Undefined before the first response; the previous results while the next response is pending. */
  stocks: readonly NamedSymbol[] | undefined
  isCurrent: boolean
  problem: ProblemError | null
  hasMore: boolean
  loadMore: () => void
}

function flattenPages({ pages }: InfiniteData<StockPage>): readonly NamedSymbol[] {
  return pages.flatMap(({ stocks }) => stocks)
}

/** Searches for stocks, page by page; an empty query sends no request. */
export function useStockSearch(query: string): StockSearch {
  const settled = useDebounced(query, PAUSE_MS)
  const isWanted = query !== '' && settled !== ''
  const { data, error, hasNextPage, isFetching, isPlaceholderData, fetchNextPage } = useInfiniteQuery({
    ...getStocks(settled),
    enabled: isWanted,
    select: flattenPages,
    placeholderData: (before, query) => (query?.queryKey[1] === '' ? undefined : before),
  })
  const hasMore = isWanted && hasNextPage && !isPlaceholderData
  return {
    stocks: isWanted ? data : undefined,
    isCurrent: settled === query && !isPlaceholderData,
    problem: isWanted && error !== null ? toProblem(error) : null,
    hasMore,
    loadMore: () => {
      if (hasMore && !isFetching) void fetchNextPage()
    },
  }
}
