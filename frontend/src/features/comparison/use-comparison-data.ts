import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import type { Stock, SymbolBars } from '@/api/gen/types.gen'
import { getBars } from '@/api/get-bars'
import { getStock } from '@/api/get-stock'

function combine<T>(queries: UseQueryResult<T>[]) {
  return { queries, isPending: queries.some((query) => query.isPending), found: queries.flatMap(({ data }) => data ?? []) }
}

/** Fetches the details and the bars of all symbols, in order; `excluded` holds those whose bars could not be fetched. */
export function useComparisonData(symbols: readonly string[], isAdjusted: boolean) {
  const stocks = useQueries({ queries: symbols.map(getStock), combine: combine<Stock> })
  const bars = useQueries({ queries: symbols.map((symbol) => getBars(symbol, isAdjusted)), combine: combine<SymbolBars> })
  const isPending = stocks.isPending || bars.isPending
  const excluded = symbols.flatMap((symbol, i) => {
    const query = bars.queries[i]
    return isPending || query === undefined || query.error === null || query.data !== undefined ? [] : [{ symbol, query }]
  })
  return { stocks: stocks.found, bars: bars.found, isPending, excluded }
}
