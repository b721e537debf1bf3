import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { bars } from './gen/sdk.gen'

export const getBars = (symbol: string, isAdjusted: boolean) =>
  queryOptions({
    queryKey: ['bars', symbol, isAdjusted],
    queryFn: async ({ signal }) =>
      (
        await bars({
          client: gateway,
          path: { symbol },
          query: { format: 'json', adjusted: isAdjusted },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: 60_000,
  })
