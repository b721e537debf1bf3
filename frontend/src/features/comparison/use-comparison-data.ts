import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import type { Stock, SymbolBars } from '@/api/gen/types.gen'
import { getBars } from '@/api/get-bars'
import { getStock } from '@/api/get-stock'

function combineBars(queries: UseQueryResult<SymbolBars>[]) {
  return { queries, isPending: queries.some((query) => query.isPending), bars: queries.flatMap(({ data }) => data ?? []) }
}

function combineStocks(queries: UseQueryResult<Stock>[]): Stock[] {
  return queries.flatMap(({ data }) => data ?? [])
}

/** Fetches the bars of all symbols, in order; `excluded` holds those whose request failed. */
export function useComparisonData(symbols: readonly string[], isAdjusted: boolean) {
  const stocks = useQueries({ queries: symbols.map(getStock), combine: combineStocks })
  const { queries, isPending, bars } = useQueries({
    queries: symbols.map((symbol) => getBars(symbol, isAdjusted)),
    combine: combineBars,
  })
  const excluded = symbols.flatMap((symbol, i) => {
    const query = queries[i]
    return query === undefined || query.error === null || query.data !== undefined ? [] : [{ symbol, query }]
  })
  return { stocks, bars, isPending, excluded }
}
