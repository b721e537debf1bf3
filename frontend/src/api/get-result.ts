import { queryOptions } from '@tanstack/react-query'
import type { SymbolView } from '@/lib/view'
import { gateway } from './client'
import { stockResult } from './gen/sdk.gen'

export const getResult = ({ symbol, isAdjusted }: Pick<SymbolView, 'symbol' | 'isAdjusted'>) =>
  queryOptions({
    queryKey: ['result', symbol, isAdjusted],
    queryFn: async ({ signal }) =>
      (
        await stockResult({
          client: gateway,
          path: { symbol },
          query: { adjusted: isAdjusted },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: 60_000,
  })
