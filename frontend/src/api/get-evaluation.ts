import { queryOptions } from '@tanstack/react-query'
import type { SymbolView } from '@/lib/view'
import { gateway } from './client'
import { evaluation } from './gen/sdk.gen'

export const getEvaluation = ({
  symbol,
  horizon,
  level,
  windows,
  isAdjusted,
}: Pick<SymbolView, 'symbol' | 'horizon' | 'level' | 'windows' | 'isAdjusted'>) =>
  queryOptions({
    queryKey: ['evaluation', symbol, horizon, level, windows, isAdjusted],
    queryFn: async ({ signal }) =>
      (
        await evaluation({
          client: gateway,
          path: { symbol },
          query: { horizon, level, windows, adjusted: isAdjusted },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: 60_000,
  })
