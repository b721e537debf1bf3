import { queryOptions } from '@tanstack/react-query'
import { gateway } from './client'
import { evaluation } from './gen/sdk.gen'
import type { EvaluationRequest } from './request-types'

export const getEvaluation = ({ symbol, horizon, level, windows, asOf, isAdjusted }: EvaluationRequest) =>
  queryOptions({
    queryKey: ['evaluation', symbol, horizon, level, windows, asOf, isAdjusted],
    queryFn: async ({ signal }) =>
      (
        await evaluation({
          client: gateway,
          path: { symbol },
          query: { horizon, level, windows, ...(asOf === null ? {} : { as_of: asOf }), adjusted: isAdjusted },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: 60_000,
  })
