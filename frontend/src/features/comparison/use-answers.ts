import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import type { Stock, SymbolBars } from '@/api/gen/types.gen'
import { getBars } from '@/api/get-bars'
import { getStock } from '@/api/get-stock'

function together(queries: UseQueryResult<SymbolBars>[]) {
  return { queries, isPending: queries.some((query) => query.isPending), bars: queries.flatMap(({ data }) => data ?? []) }
}

function known(queries: UseQueryResult<Stock>[]): Stock[] {
  return queries.flatMap(({ data }) => data ?? [])
}

/** The bars of all symbols that have an answer, in order, and what there is of the others. */
export function useAnswers(symbols: readonly string[], isAdjusted: boolean) {
  const stocks = useQueries({ queries: symbols.map(getStock), combine: known })
  const { queries, isPending, bars } = useQueries({
    queries: symbols.map((symbol) => getBars(symbol, isAdjusted)),
    combine: together,
  })
  const leftOut = symbols.flatMap((symbol, i) => {
    const query = queries[i]
    return query === undefined || query.error === null || query.data !== undefined ? [] : [{ symbol, query }]
  })
  return { stocks, bars, isPending, leftOut }
}
