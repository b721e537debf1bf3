import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { stockResult } from './gen/sdk.gen'
import type { ResultRequest } from './request-types'

export const getResult = ({ symbol, isAdjusted }: ResultRequest) =>
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
